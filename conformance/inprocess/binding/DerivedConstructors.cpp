#include "Binding.hpp"

#include <type_traits>

namespace pipects::binding {

BOOST_AUTO_TEST_SUITE(binding)
BOOST_AUTO_TEST_SUITE(derived)
BOOST_AUTO_TEST_SUITE(construct)

constexpr auto NoDirection = static_cast<PipeDirection>(42);

BOOST_AUTO_TEST_CASE(only_derived_classes,
                     COVERS("stream.ctor-size.protected") COVERS("stream.ctor-mode.protected")) {
    BOOST_CHECK((!std::is_constructible_v<PipeStream, PipeDirection, int>));
    BOOST_CHECK((!std::is_constructible_v<PipeStream, PipeDirection, Mode, int>));
    BOOST_CHECK((std::is_constructible_v<Derived, PipeDirection, int>));
    BOOST_CHECK((std::is_constructible_v<Derived, PipeDirection, Mode, int>));
}

BOOST_AUTO_TEST_CASE(direction_in, COVERS("stream.ctor-size.direction-in")) {
    const Derived stream(PipeDirection::In, 0);
    BOOST_TEST(stream.CanRead());
    BOOST_TEST(!stream.CanWrite());
}

BOOST_AUTO_TEST_CASE(direction_out, COVERS("stream.ctor-size.direction-out")) {
    const Derived stream(PipeDirection::Out, 0);
    BOOST_TEST(!stream.CanRead());
    BOOST_TEST(stream.CanWrite());
}

BOOST_AUTO_TEST_CASE(direction_inout, COVERS("stream.ctor-size.direction-inout")) {
    for (const bool names_mode : {false, true}) {
        const auto make = [&] {
            return names_mode ? Derived(PipeDirection::InOut, Mode::Byte, 0)
                              : Derived(PipeDirection::InOut, 0);
        };
        Server writer(PipeDirection::Out);
        Derived reading = make();
        BOOST_TEST(reading.CanRead());
        BOOST_TEST(reading.CanWrite());
        reading.InitializeHandle(writer.ClientSafePipeHandle(), false, false);
        WriteText(writer, "hello");
        BOOST_TEST(ReadText(reading, 5) == "hello");
        BOOST_TEST(reading.InBufferSize() == writer.OutBufferSize());

        Server reader(PipeDirection::In);
        Derived writing = make();
        writing.InitializeHandle(reader.ClientSafePipeHandle(), false, false);
        WriteText(writing, "there");
        BOOST_TEST(ReadText(reader, 5) == "there");
        BOOST_TEST(writing.OutBufferSize() == reader.InBufferSize());

        writing.Dispose();
        BOOST_TEST(!writing.CanRead());
        BOOST_TEST(!writing.CanWrite());
    }
}

BOOST_AUTO_TEST_CASE(direction_invalid, COVERS("stream.ctor-size.direction-invalid")
                                            COVERS("stream.ctor-mode.direction-invalid")) {
    CheckThrowsNaming<ArgumentOutOfRangeException>("direction", [] { Derived(NoDirection, 0); });
    CheckThrowsNaming<ArgumentOutOfRangeException>("direction", [] { Derived(NoDirection, Mode::Byte, 0); });
    CheckThrowsNaming<ArgumentOutOfRangeException>("direction",
                                                   [] { Derived(static_cast<PipeDirection>(0), 0); });
}

BOOST_AUTO_TEST_CASE(mode_invalid, COVERS("stream.ctor-mode.mode-invalid")) {
    CheckThrowsNaming<ArgumentOutOfRangeException>(
        "transmissionMode", [] { Derived(PipeDirection::In, static_cast<Mode>(42), 0); });
    CheckThrowsNaming<ArgumentOutOfRangeException>(
        "transmissionMode", [] { Derived(PipeDirection::In, static_cast<Mode>(2), 0); });
    CheckThrowsNaming<ArgumentOutOfRangeException>(
        "transmissionMode", [] { Derived(PipeDirection::Out, static_cast<Mode>(-1), 0); });
}

BOOST_AUTO_TEST_CASE(size_negative,
                     COVERS("stream.ctor-size.size-negative") COVERS("stream.ctor-mode.size-negative")) {
    CheckThrowsNaming<ArgumentOutOfRangeException>("bufferSize", [] { Derived(PipeDirection::In, -1); });
    CheckThrowsNaming<ArgumentOutOfRangeException>("outBufferSize",
                                                   [] { Derived(PipeDirection::Out, Mode::Byte, -1); });
}

BOOST_AUTO_TEST_CASE(order, COVERS("stream.ctor-mode.order")) {
    constexpr auto no_mode = static_cast<Mode>(42);
    CheckThrowsNaming<ArgumentOutOfRangeException>("direction", [] { Derived(NoDirection, -1); });
    CheckThrowsNaming<ArgumentOutOfRangeException>("direction", [] { Derived(NoDirection, no_mode, -1); });
    CheckThrowsNaming<ArgumentOutOfRangeException>("direction", [] { Derived(NoDirection, Mode::Byte, -1); });
    CheckThrowsNaming<ArgumentOutOfRangeException>("direction", [] { Derived(NoDirection, no_mode, 0); });
    CheckThrowsNaming<ArgumentOutOfRangeException>("transmissionMode",
                                                   [] { Derived(PipeDirection::In, no_mode, -1); });
}

BOOST_AUTO_TEST_CASE(size_zero, COVERS("stream.ctor-size.zero-size") COVERS("stream.ctor-mode.zero-size")) {
    BOOST_CHECK_NO_THROW(Derived(PipeDirection::In, 0));
    BOOST_CHECK_NO_THROW(Derived(PipeDirection::Out, Mode::Byte, 0));
}

BOOST_AUTO_TEST_CASE(mode_is_byte, COVERS("stream.ctor-size.byte-mode")) {
    const Connected pipe(PipeDirection::In);
    BOOST_CHECK(pipe.stream.TransmissionMode() == Mode::Byte);
}

BOOST_AUTO_TEST_CASE(mode_is_used, COVERS("stream.ctor-mode.mode-used")) {
    for (const Mode mode : {Mode::Byte, Mode::Message}) {
        Server server(PipeDirection::Out);
        Derived stream(PipeDirection::In, mode, 0);
        stream.InitializeHandle(server.ClientSafePipeHandle(), false, false);
        BOOST_CHECK(stream.TransmissionMode() == mode);
        stream.SetReadMode(Mode::Byte);
        BOOST_CHECK(stream.TransmissionMode() == mode);
    }
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::binding
