#include "Binding.hpp"

#include <array>

namespace pipects::binding {

BOOST_AUTO_TEST_SUITE(binding)
BOOST_AUTO_TEST_SUITE(derived)
BOOST_AUTO_TEST_SUITE(state)

/// The states in which a derived stream can't be used yet, or no more, each on a stream of its own.
struct Unfit {
    std::string name;
    std::function<std::unique_ptr<Derived>(PipeDirection)> make;
};

/// A stream on the end that a server gives away, which is disconnected again.
class Disconnected : public Derived {
  public:
    explicit Disconnected(PipeDirection direction)
        : Derived(direction, 0),
          server_(direction == PipeDirection::In ? PipeDirection::Out : PipeDirection::In) {
        InitializeHandle(server_.ClientSafePipeHandle(), false, false);
        SetIsConnected(false);
    }

  private:
    Server server_;
};

const std::vector<Unfit>& NotConnected() {
    static const std::vector<Unfit> states{
        {"waiting to connect",
         [](PipeDirection direction) { return std::make_unique<Derived>(direction, 0); }},
        {"disconnected", [](PipeDirection direction) { return std::make_unique<Disconnected>(direction); }},
    };
    return states;
}

const std::vector<Unfit>& HandleNotSet() {
    static const std::vector<Unfit> states{
        {"made only", [](PipeDirection direction) { return std::make_unique<Derived>(direction, 0); }},
        {"connected without a handle",
         [](PipeDirection direction) {
             auto stream = std::make_unique<Derived>(direction, 0);
             stream->SetIsConnected(true);
             return stream;
         }},
    };
    return states;
}

/// Checks that `use` throws InvalidOperationException (and not the ObjectDisposedException that derives from
/// it) in every one of the states.
template <typename Use>
void CheckUnfit(const std::vector<Unfit>& states, PipeDirection direction, Use&& use) {
    for (const Unfit& state : states) {
        const auto stream = state.make(direction);
        BOOST_TEST_CONTEXT(state.name) {
            try {
                use(*stream);
                BOOST_ERROR("nothing is thrown");
            } catch (const ObjectDisposedException&) {
                BOOST_ERROR("the stream counts as disposed");
            } catch (const InvalidOperationException& exception) {
                BOOST_TEST(*exception.what() != '\0');
            }
        }
    }
}

/// Checks that `use`, given a buffer of no byte and one of one, throws so in every one of the states.
template <typename Use>
void CheckUnfitOfAnySize(const std::vector<Unfit>& states, PipeDirection direction, Use&& use) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}}) {
        BOOST_TEST_CONTEXT(size << " bytes") {
            CheckUnfit(states, direction, [&](Derived& it) {
                std::array<Byte, 1> buffer{};
                use(it, std::span(buffer).first(size));
            });
        }
    }
}

constexpr auto In = PipeDirection::In;
constexpr auto Out = PipeDirection::Out;

/// Declares a test of one member in both kinds of states. It may use `it`, the stream, and `part`, a buffer.
#define PIPECTS_UNFIT(name, prefix, direction, use)                                           \
    BOOST_AUTO_TEST_CASE(name##_not_connected, COVERS(prefix ".not-connected")) {             \
        CheckUnfitOfAnySize(NotConnected(), direction,                                        \
                            [](Derived& it, [[maybe_unused]] std::span<Byte> part) { use; }); \
    }                                                                                         \
    BOOST_AUTO_TEST_CASE(name##_handle_not_set, COVERS(prefix ".handle-not-set")) {           \
        CheckUnfitOfAnySize(HandleNotSet(), direction,                                        \
                            [](Derived& it, [[maybe_unused]] std::span<Byte> part) { use; }); \
    }

PIPECTS_UNFIT(read, "stream.read", In, static_cast<void>(it.Read(part, 0, static_cast<int>(part.size()))))
PIPECTS_UNFIT(read_span, "stream.read-span", In, static_cast<void>(it.Read(part)))
PIPECTS_UNFIT(read_byte, "stream.read-byte", In, static_cast<void>(it.ReadByte()))
PIPECTS_UNFIT(read_async, "stream.read-async", In,
              it.ReadAsync(part, 0, static_cast<int>(part.size())).Wait())
PIPECTS_UNFIT(read_async_memory, "stream.read-async-memory", In, it.ReadAsync(part).Wait())
PIPECTS_UNFIT(begin_read, "stream.begin-read", In,
              static_cast<void>(it.EndRead(it.BeginRead(part, 0, static_cast<int>(part.size())))))
PIPECTS_UNFIT(write_span, "stream.write-span", Out, it.Write(part))
PIPECTS_UNFIT(write_byte, "stream.write-byte", Out, it.WriteByte(0))
PIPECTS_UNFIT(write_async, "stream.write-async", Out,
              it.WriteAsync(part, 0, static_cast<int>(part.size())).Wait())
PIPECTS_UNFIT(write_async_memory, "stream.write-async-memory", Out, it.WriteAsync(part).Wait())
PIPECTS_UNFIT(begin_write, "stream.begin-write", Out,
              it.EndWrite(it.BeginWrite(part, 0, static_cast<int>(part.size()))))
PIPECTS_UNFIT(is_message_complete, "stream.is-message-complete", In,
              static_cast<void>(it.IsMessageComplete()))

BOOST_AUTO_TEST_CASE(properties_handle_not_set, COVERS("stream.read-mode.handle-not-set")
                                                    COVERS("stream.safe-pipe-handle.handle-not-set")
                                                        COVERS("stream.transmission-mode.handle-not-set")) {
    CheckUnfit(HandleNotSet(), In, [](Derived& it) { static_cast<void>(it.ReadMode()); });
    CheckUnfit(HandleNotSet(), In, [](Derived& it) { static_cast<void>(it.SafePipeHandle()); });
    CheckUnfit(HandleNotSet(), In, [](Derived& it) { static_cast<void>(it.TransmissionMode()); });
}

BOOST_AUTO_TEST_CASE(properties_waiting, COVERS("stream.in-buffer-size.waiting-to-connect")
                                             COVERS("stream.out-buffer-size.waiting-to-connect")
                                                 COVERS("stream.transmission-mode.waiting-to-connect")) {
    const Derived reader = Reader();
    const Derived writer = Writer();
    CheckThrows<InvalidOperationException>("InBufferSize", [&] { static_cast<void>(reader.InBufferSize()); });
    CheckThrows<InvalidOperationException>("OutBufferSize",
                                           [&] { static_cast<void>(writer.OutBufferSize()); });
    CheckThrows<InvalidOperationException>("TransmissionMode",
                                           [&] { static_cast<void>(reader.TransmissionMode()); });
}

/// What a stream of one direction refuses for that direction's sake, whatever state it is in.
void CheckAgainst(Derived& it, PipeDirection direction) {
    std::array<Byte, 1> buffer{};
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}}) {
        const std::span<Byte> part = std::span<Byte>(buffer).first(count);
        if (direction == Out) {
            CheckThrows<NotSupportedException>("Read", [&] { static_cast<void>(it.Read(part)); });
            CheckThrows<NotSupportedException>("ReadAsync", [&] { it.ReadAsync(part).Wait(); });
            CheckThrows<NotSupportedException>("BeginRead", [&] {
                static_cast<void>(it.EndRead(it.BeginRead(part, 0, static_cast<int>(count))));
            });
        } else {
            CheckThrows<NotSupportedException>("Write", [&] { it.Write(part); });
            CheckThrows<NotSupportedException>("WriteAsync", [&] { it.WriteAsync(part).Wait(); });
            CheckThrows<NotSupportedException>(
                "BeginWrite", [&] { it.EndWrite(it.BeginWrite(part, 0, static_cast<int>(count))); });
        }
    }
}

BOOST_AUTO_TEST_CASE(direction_before_state, COVERS("stream.precedence.direction-before-connected")) {
    for (const auto* const states : {&NotConnected(), &HandleNotSet()}) {
        for (const Unfit& state : *states) {
            for (const PipeDirection direction : {In, Out}) {
                BOOST_TEST_CONTEXT(state.name) {
                    CheckAgainst(*state.make(direction), direction);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(closed_in_every_state,
                     COVERS("stream.can-read.closed") COVERS("stream.can-write.closed")
                         COVERS("stream.is-connected.closed") COVERS("stream.dispose.any-route-repeatable")) {
    const std::vector<void (*)(Derived&)> routes{[](Derived& stream) { stream.Dispose(); },
                                                 [](Derived& stream) { stream.Close(); },
                                                 [](Derived& stream) { stream.DisposeAsync().Wait(); }};
    for (const auto* const states : {&NotConnected(), &HandleNotSet()}) {
        for (const Unfit& state : *states) {
            for (const auto close : routes) {
                BOOST_TEST_CONTEXT(state.name) {
                    const auto reading = state.make(In);
                    const auto writing = state.make(Out);
                    BOOST_TEST(reading->CanRead());
                    BOOST_TEST(writing->CanWrite());
                    close(*reading);
                    close(*writing);
                    BOOST_TEST(!reading->CanRead());
                    BOOST_TEST(!writing->CanWrite());
                    BOOST_TEST(!reading->IsConnected());
                    BOOST_TEST(!writing->IsConnected());
                    Byte byte{};
                    // of a handle that was never set, too: either may be told
                    CheckThrows<InvalidOperationException>("Read",
                                                           [&] { reading->Read(std::span(&byte, 1)); });
                    CheckThrows<InvalidOperationException>("Write", [&] { writing->WriteByte(byte); });
                    BOOST_CHECK_NO_THROW(close(*reading));
                    BOOST_CHECK_NO_THROW(close(*writing));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(is_connected,
                     COVERS("stream.is-connected.waiting") COVERS("stream.is-connected.disconnected")) {
    BOOST_TEST(!Reader().IsConnected());
    Connected pipe(In);
    BOOST_TEST(pipe.stream.IsConnected());
    pipe.stream.SetIsConnected(false);
    BOOST_TEST(!pipe.stream.IsConnected());
}

BOOST_AUTO_TEST_CASE(every_open_state_keeps_its_direction,
                     COVERS("stream.can-read.readable") COVERS("stream.can-read.not-readable")
                         COVERS("stream.can-write.writable") COVERS("stream.can-write.not-writable")) {
    for (const PipeDirection direction : {In, Out}) {
        const auto check = [&](const Derived& stream) {
            BOOST_TEST(stream.CanRead() == (direction == In));
            BOOST_TEST(stream.CanWrite() == (direction == Out));
        };
        check(Derived(direction, 0));
        Connected pipe(direction);
        check(pipe.stream);
        pipe.stream.SetIsConnected(false);
        check(pipe.stream);
    }
}

BOOST_AUTO_TEST_CASE(checks_of_a_good_stream,
                     COVERS("stream.check-read.connected") COVERS("stream.check-write.connected")
                         COVERS("stream.check-property.good-state")) {
    const Connected reading(In);
    BOOST_CHECK_NO_THROW(reading.stream.CheckReadOperations());
    BOOST_CHECK_NO_THROW(reading.stream.CheckPipePropertyOperations());
    const Connected writing(Out);
    BOOST_CHECK_NO_THROW(writing.stream.CheckWriteOperations());
    BOOST_CHECK_NO_THROW(writing.stream.CheckPipePropertyOperations());
    BOOST_CHECK_NO_THROW(reading.stream.CheckWriteOperations());  // they ask for the state, not the direction
    BOOST_CHECK_NO_THROW(writing.stream.CheckReadOperations());
}

BOOST_AUTO_TEST_CASE(checks_not_connected,
                     COVERS("stream.check-read.not-connected") COVERS("stream.check-write.not-connected")) {
    CheckUnfit(NotConnected(), In, [](Derived& it) { it.CheckReadOperations(); });
    CheckUnfit(NotConnected(), Out, [](Derived& it) { it.CheckWriteOperations(); });
}

BOOST_AUTO_TEST_CASE(disconnected_tells_its_handle, COVERS("stream.safe-pipe-handle.value")) {
    for (const PipeDirection direction : {In, Out}) {
        Connected pipe(direction);
        const auto given = pipe.stream.SafePipeHandle();
        pipe.stream.SetIsConnected(false);
        BOOST_TEST(pipe.stream.SafePipeHandle() == given);
        BOOST_TEST(!given->IsClosed());
        pipe.stream.SetIsConnected(true);
        WriteText(direction == In ? static_cast<Stream&>(pipe.server) : pipe.stream, "hello");
        BOOST_TEST(ReadText(direction == In ? static_cast<Stream&>(pipe.stream) : pipe.server, 5) == "hello");
    }
}

BOOST_AUTO_TEST_CASE(checks_disconnected, COVERS("stream.check-property.disconnected")) {
    for (const PipeDirection direction : {In, Out}) {
        Connected pipe(direction);
        const int size = direction == In ? pipe.stream.InBufferSize() : pipe.stream.OutBufferSize();
        pipe.stream.SetIsConnected(false);
        BOOST_CHECK_NO_THROW(pipe.stream.CheckPipePropertyOperations());
        BOOST_TEST((direction == In ? pipe.stream.InBufferSize() : pipe.stream.OutBufferSize()) == size);
        BOOST_TEST((pipe.stream.TransmissionMode() == Mode::Byte));
        BOOST_CHECK_NO_THROW(pipe.stream.SetReadMode(Mode::Byte));
        BOOST_TEST((pipe.stream.ReadMode() == Mode::Byte));
    }
}

BOOST_AUTO_TEST_CASE(sizes_of_both_ways,
                     COVERS("stream.in-buffer-size.value") COVERS("stream.out-buffer-size.value")) {
    for (const PipeDirection given : {In, Out}) {
        Server server(given);
        Derived both(PipeDirection::InOut, 0);
        both.InitializeHandle(server.ClientSafePipeHandle(), false, false);
        const int size = given == In ? server.InBufferSize() : server.OutBufferSize();
        BOOST_TEST(both.InBufferSize() == size);
        BOOST_TEST(both.OutBufferSize() == size);
    }
}

BOOST_AUTO_TEST_CASE(checks_closed, COVERS("stream.check-property.bad-state")) {
    Connected pipe(In);
    pipe.stream.Dispose();
    CheckThrows<ObjectDisposedException>("CheckPipePropertyOperations",
                                         [&] { pipe.stream.CheckPipePropertyOperations(); });
}

/// Has a say in whether its properties may be asked for.
struct Asked : Derived {
    using Derived::Derived;
    void CheckPipePropertyOperations() const override {
        ++asked;
        Derived::CheckPipePropertyOperations();
    }
    mutable int asked = 0;
};

BOOST_AUTO_TEST_CASE(properties_ask_what_was_overridden, COVERS("stream.check-property.shape")) {
    Server writer(Out);
    Asked reading(In, 0);
    reading.InitializeHandle(writer.ClientSafePipeHandle(), false, false);
    static_cast<void>(reading.TransmissionMode());
    BOOST_TEST(reading.asked == 1);
    static_cast<void>(reading.InBufferSize());
    BOOST_TEST(reading.asked == 2);
    reading.SetReadMode(Mode::Byte);
    BOOST_TEST(reading.asked == 3);

    Server reader(In);
    Asked writing(Out, 0);
    writing.InitializeHandle(reader.ClientSafePipeHandle(), false, false);
    static_cast<void>(writing.OutBufferSize());
    BOOST_TEST(writing.asked == 1);
}

BOOST_AUTO_TEST_CASE(message_is_complete, COVERS("stream.is-message-complete.message-mode")) {
    Server writer(Out);
    Derived reading(In, Mode::Message, 0);
    reading.InitializeHandle(writer.ClientSafePipeHandle(), false, false);
    reading.SetReadMode(Mode::Message);
    BOOST_TEST(reading.IsMessageComplete());
    WriteText(writer, "hello");
    BOOST_TEST(ReadText(reading, 5) == "hello");
    BOOST_TEST(reading.IsMessageComplete());
    reading.SetReadMode(Mode::Byte);
    CheckThrows<InvalidOperationException>("IsMessageComplete",
                                           [&] { static_cast<void>(reading.IsMessageComplete()); });
}

BOOST_AUTO_TEST_CASE(read_mode_needs_messages, COVERS("stream.read-mode.message-unsupported")) {
    for (const PipeDirection direction : {In, Out}) {
        for (const bool isAsync : {false, true}) {
            Connected pipe(direction, isAsync);
            const auto setMessage = [&] { pipe.stream.SetReadMode(Mode::Message); };
            CheckThrows<NotSupportedException>("ReadMode", setMessage);
            BOOST_TEST((pipe.stream.ReadMode() == Mode::Byte));
            pipe.stream.SetReadMode(Mode::Byte);
            CheckThrows<NotSupportedException>("ReadMode, again", setMessage);
            BOOST_TEST((pipe.stream.ReadMode() == Mode::Byte));
            BOOST_TEST((pipe.stream.TransmissionMode() == Mode::Byte));
        }
        Server given(direction == In ? Out : In);
        Derived said(direction, Mode::Byte, 0);
        said.InitializeHandle(given.ClientSafePipeHandle(), true, false);
        CheckThrows<NotSupportedException>("ReadMode", [&] { said.SetReadMode(Mode::Message); });
        BOOST_TEST((said.ReadMode() == Mode::Byte));
    }
}

BOOST_AUTO_TEST_CASE(read_mode_is_that_of_transmission, COVERS("stream.read-mode.at-first")) {
    for (const PipeDirection direction : {In, Out}) {
        for (const Mode mode : {Mode::Byte, Mode::Message}) {
            Server given(direction == In ? Out : In);
            Derived built(direction, mode, 0);
            built.InitializeHandle(given.ClientSafePipeHandle(), false, false);
            BOOST_TEST((built.ReadMode() == mode));
            BOOST_TEST((built.TransmissionMode() == mode));
        }
    }
}

BOOST_AUTO_TEST_CASE(read_mode_is_what_was_set, COVERS("stream.read-mode.last-set")) {
    Server writer(Out);
    Derived reading(In, Mode::Message, 0);
    reading.InitializeHandle(writer.ClientSafePipeHandle(), false, false);
    for (const Mode mode : {Mode::Byte, Mode::Message, Mode::Byte}) {
        reading.SetReadMode(mode);
        BOOST_TEST((reading.ReadMode() == mode));
    }
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::binding
