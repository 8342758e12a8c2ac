#include "Binding.hpp"

#include <cstdio>
#include <type_traits>

namespace pipects::binding {

BOOST_AUTO_TEST_SUITE(binding)
BOOST_AUTO_TEST_SUITE(derived)
BOOST_AUTO_TEST_SUITE(handle)

BOOST_AUTO_TEST_CASE(connects, COVERS("stream.initialize-handle.connected")) {
    const Connected pipe(PipeDirection::In);
    BOOST_TEST(pipe.stream.IsConnected());
}

BOOST_AUTO_TEST_CASE(is_worked_on, COVERS("stream.initialize-handle.sets-handle")) {
    Connected reading(PipeDirection::In);
    WriteText(reading.server, "hello");
    BOOST_TEST(ReadText(reading.stream, 5) == "hello");
    Connected writing(PipeDirection::Out);
    WriteText(writing.stream, "there");
    BOOST_TEST(ReadText(writing.server, 5) == "there");

    Server server(PipeDirection::Out);
    const auto given = server.ClientSafePipeHandle();
    Derived stream = Reader();
    stream.InitializeHandle(given, false, false);
    BOOST_TEST(stream.SafePipeHandle() == given);
    stream.Dispose();
    BOOST_TEST(given->IsClosed());
}

BOOST_AUTO_TEST_CASE(is_async, COVERS("stream.initialize-handle.is-async") COVERS("stream.is-async.true")
                                   COVERS("stream.is-async.false")) {
    BOOST_TEST(Connected(PipeDirection::In, true).stream.IsAsync());
    BOOST_TEST(!Connected(PipeDirection::In, false).stream.IsAsync());
    BOOST_TEST(!Reader().IsAsync());
}

BOOST_AUTO_TEST_CASE(is_exposed, COVERS("stream.initialize-handle.is-exposed")) {
    for (const bool isExposed : {true, false}) {
        Server server(PipeDirection::Out);
        Derived stream = Reader();
        stream.InitializeHandle(server.ClientSafePipeHandle(), isExposed, false);
        BOOST_TEST(stream.IsHandleExposed() == isExposed);
        for (const bool again : {!isExposed, isExposed, false}) {  // whatever was before
            stream.InitializeHandle(server.ClientSafePipeHandle(), again, false);
            BOOST_TEST(stream.IsHandleExposed() == again);
        }
        BOOST_TEST(stream.SafePipeHandle() != nullptr);
        stream.InitializeHandle(server.ClientSafePipeHandle(), false, true);
        BOOST_TEST(!stream.IsHandleExposed());
        BOOST_TEST(stream.IsAsync());
        stream.InitializeHandle(server.ClientSafePipeHandle(), false, false);
        BOOST_TEST(!stream.IsAsync());
    }
}

BOOST_AUTO_TEST_CASE(exposed_by_asking, COVERS("stream.is-handle-exposed.false-before")
                                            COVERS("stream.is-handle-exposed.true-after-access")) {
    BOOST_TEST(!Reader().IsHandleExposed());
    Connected pipe(PipeDirection::In);
    BOOST_TEST(!pipe.stream.IsHandleExposed());
    BOOST_TEST(pipe.stream.SafePipeHandle() != nullptr);
    BOOST_TEST(pipe.stream.IsHandleExposed());
    pipe.stream.Dispose();
    BOOST_TEST(pipe.stream.IsHandleExposed());
}

BOOST_AUTO_TEST_CASE(not_exposed_by_asking_in_vain, COVERS("stream.is-handle-exposed.false-before")) {
    Derived without = Reader();
    CheckThrows<InvalidOperationException>("SafePipeHandle",
                                           [&] { static_cast<void>(without.SafePipeHandle()); });
    BOOST_TEST(!without.IsHandleExposed());
    for (const PipeDirection direction : {PipeDirection::In, PipeDirection::Out}) {
        Connected pipe(direction);
        pipe.stream.Dispose();
        CheckThrows<ObjectDisposedException>("SafePipeHandle",
                                             [&] { static_cast<void>(pipe.stream.SafePipeHandle()); });
        BOOST_TEST(!pipe.stream.IsHandleExposed());
    }
}

BOOST_AUTO_TEST_CASE(not_exposed_by_use, COVERS("stream.is-handle-exposed.false-before")) {
    using Use = std::pair<const char*, std::function<void(Derived&)>>;
    Bytes bytes(4);
    Pipe target;
    const std::vector<Use> reading{
        {"Read", [&](Derived& stream) { stream.Read(std::span(bytes)); }},
        {"Read of an array", [&](Derived& stream) { stream.Read(bytes, 0, 4); }},
        {"ReadByte", [](Derived& stream) { stream.ReadByte(); }},
        {"ReadExactly", [&](Derived& stream) { stream.ReadExactly(bytes, 0, 4); }},
        {"ReadAtLeast", [&](Derived& stream) { stream.ReadAtLeast(bytes, 1); }},
        {"ReadAsync", [&](Derived& stream) { stream.ReadAsync(bytes, 0, 4).Wait(); }},
        {"ReadExactlyAsync", [&](Derived& stream) { stream.ReadExactlyAsync(std::span(bytes)).Wait(); }},
        {"ReadAtLeastAsync", [&](Derived& stream) { stream.ReadAtLeastAsync(bytes, 1).Wait(); }},
        {"BeginRead", [&](Derived& stream) { stream.EndRead(stream.BeginRead(bytes, 0, 4)); }},
        {"InBufferSize", [](Derived& stream) { static_cast<void>(stream.InBufferSize()); }},
        {"CopyTo", [&](Derived& stream) { stream.CopyTo(&target.writer); }},
        {"CopyToAsync", [&](Derived& stream) { stream.CopyToAsync(&target.writer).Wait(); }},
    };
    for (const auto& [member, use] : reading) {
        Connected pipe(PipeDirection::In);
        WriteText(pipe.server, "four");
        pipe.server.Dispose();
        use(pipe.stream);
        BOOST_TEST(!pipe.stream.IsHandleExposed(), member);
    }
    const std::vector<Use> writing{
        {"Write", [&](Derived& stream) { stream.Write(std::span<const Byte>(bytes)); }},
        {"Write of an array", [&](Derived& stream) { stream.Write(bytes, 0, 4); }},
        {"WriteByte", [](Derived& stream) { stream.WriteByte(1); }},
        {"WriteAsync", [&](Derived& stream) { stream.WriteAsync(bytes, 0, 4).Wait(); }},
        {"BeginWrite", [&](Derived& stream) { stream.EndWrite(stream.BeginWrite(bytes, 0, 4)); }},
        {"Flush", [](Derived& stream) { stream.Flush(); }},
        {"FlushAsync", [](Derived& stream) { stream.FlushAsync().Wait(); }},
        {"WaitForPipeDrain", [](Derived& stream) { stream.WaitForPipeDrain(); }},
        {"OutBufferSize", [](Derived& stream) { static_cast<void>(stream.OutBufferSize()); }},
        {"TransmissionMode", [](Derived& stream) { static_cast<void>(stream.TransmissionMode()); }},
        {"ReadMode", [](Derived& stream) { stream.SetReadMode(stream.ReadMode()); }},
        {"a copy",
         [](Derived& stream) {
             Pipe source;
             source.writer.Dispose();
             source.reader.CopyTo(&stream);
         }},
        {"DisposeAsync", [](Derived& stream) { stream.DisposeAsync().Wait(); }},
    };
    for (const auto& [member, use] : writing) {
        Connected pipe(PipeDirection::Out);
        use(pipe.stream);
        BOOST_TEST(!pipe.stream.IsHandleExposed(), member);
    }
}

BOOST_AUTO_TEST_CASE(connected_again, COVERS("stream.initialize-handle.connected")) {
    for (const PipeDirection direction : {PipeDirection::In, PipeDirection::Out}) {
        Connected pipe(direction);
        pipe.stream.SetIsConnected(false);
        BOOST_TEST(!pipe.stream.IsConnected());
        pipe.stream.InitializeHandle(pipe.server.ClientSafePipeHandle(), false, false);
        BOOST_TEST(pipe.stream.IsConnected());
    }
    Connected broken(PipeDirection::Out);
    broken.server.Dispose();
    CheckThrows<IOException>("WriteByte", [&] { broken.stream.WriteByte(1); });
    BOOST_TEST(!broken.stream.IsConnected());
    Server next(PipeDirection::In);
    broken.stream.InitializeHandle(next.ClientSafePipeHandle(), false, false);
    BOOST_TEST(broken.stream.IsConnected());
    WriteText(broken.stream, "hello");
    BOOST_TEST(ReadText(next, 5) == "hello");
}

BOOST_AUTO_TEST_CASE(null_leaves_none,
                     COVERS("stream.initialize-handle.null-handle") COVERS("stream.is-connected.waiting")) {
    Derived stream = Reader();
    stream.InitializeHandle(nullptr, true, true);
    BOOST_TEST(!stream.IsConnected());
    BOOST_TEST(stream.IsAsync());
    stream.SetIsConnected(true);
    Byte byte{};
    CheckThrows<InvalidOperationException>("Read", [&] { stream.Read(std::span(&byte, 1)); });
    CheckThrows<InvalidOperationException>("SafePipeHandle",
                                           [&] { static_cast<void>(stream.SafePipeHandle()); });

    Connected pipe(PipeDirection::In);  // also one that it had
    const auto given = pipe.server.ClientSafePipeHandle();
    pipe.stream.InitializeHandle(nullptr, false, false);
    CheckThrows<InvalidOperationException>("SafePipeHandle",
                                           [&] { static_cast<void>(pipe.stream.SafePipeHandle()); });
    CheckThrows<InvalidOperationException>("Read", [&] { pipe.stream.Read(std::span(&byte, 1)); });
    BOOST_TEST(!given->IsClosed());
    pipe.stream.InitializeHandle(given, false, false);
    WriteText(pipe.server, "hello");
    BOOST_TEST(ReadText(pipe.stream, 5) == "hello");
}

BOOST_AUTO_TEST_CASE(that_cannot_be_bound,
                     COVERS("stream.initialize-handle.cannot-bind") COVERS("stream.is-connected.waiting")
                         COVERS("stream.safe-pipe-handle.handle-not-set")) {
    // Only where handles are bound must this fail; wherever it does, it is an IOException that leaves no
    // handle.
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
    BOOST_REQUIRE(file != nullptr);
    const auto handle = std::make_shared<Handle>(fileno(file.get()), false);
    Derived stream = Reader();
    try {
        stream.InitializeHandle(handle, false, true);
#if defined(_WIN32)
        BOOST_ERROR("a file's handle is bound as if it were a pipe's");
#endif
    } catch (const IOException& exception) {
        BOOST_TEST(*exception.what() != '\0');
        BOOST_TEST(!stream.IsConnected());
        stream.SetIsConnected(true);
        CheckThrows<InvalidOperationException>("SafePipeHandle",
                                               [&] { static_cast<void>(stream.SafePipeHandle()); });
    }
}

/// Names the protected members by their class, so that a call can be seen to be virtual or not.
struct Reach : PipeStream {
    static constexpr auto Initialize = &Reach::InitializeHandle;
    static constexpr auto CheckRead = &Reach::CheckReadOperations;
    static constexpr auto CheckWrite = &Reach::CheckWriteOperations;
    static constexpr auto CheckProperty = &Reach::CheckPipePropertyOperations;
};

/// Has members of the same names: where the base's are virtual these take their place.
struct Replacing : PipeStream {
    Replacing() : PipeStream(PipeDirection::In, 0) {}
    void InitializeHandle(std::shared_ptr<Handle> /*handle*/, bool /*isExposed*/, bool /*isAsync*/) {
        ++replaced;
    }
    void CheckReadOperations() const { ++replaced; }
    void CheckWriteOperations() const { ++replaced; }
    void CheckPipePropertyOperations() const {
        ++replaced;
    }  // NOLINT: `override` would say what is to be seen
    mutable int replaced = 0;
};

template <typename T>
constexpr bool initializes = requires(T& it) {
    it.InitializeHandle(nullptr, true, true);
};
template <typename T>
constexpr bool checksRead = requires(T& it) {
    it.CheckReadOperations();
};
template <typename T>
constexpr bool checksWrite = requires(T& it) {
    it.CheckWriteOperations();
};
template <typename T>
constexpr bool checksProperty = requires(T& it) {
    it.CheckPipePropertyOperations();
};
template <typename T>
constexpr bool tellsExposed = requires(T& it) {
    it.IsHandleExposed();
};
template <typename T>
constexpr bool setsExposed = requires(T& it) {
    it.SetIsHandleExposed(true);
};
template <typename T>
constexpr bool setsConnected = requires(T& it) {
    it.SetIsConnected(true);
};

BOOST_AUTO_TEST_CASE(shape_of_initialize, COVERS("stream.initialize-handle.shape")) {
    BOOST_TEST(!initializes<PipeStream>);
    BOOST_TEST(!initializes<Server>);
    BOOST_TEST(initializes<Derived>);
    Replacing stream;
    (static_cast<PipeStream&>(stream).*Reach::Initialize)(nullptr, false, false);
    BOOST_TEST(stream.replaced == 0);
}

BOOST_AUTO_TEST_CASE(shape_of_checks, COVERS("stream.check-read.shape") COVERS("stream.check-write.shape")
                                          COVERS("stream.check-property.shape")) {
    BOOST_TEST(!checksRead<PipeStream>);
    BOOST_TEST(!checksWrite<PipeStream>);
    BOOST_TEST(!checksProperty<PipeStream>);
    BOOST_TEST(checksRead<Derived>);
    BOOST_TEST(checksWrite<Derived>);
    BOOST_TEST(checksProperty<Derived>);
    Replacing stream;
    PipeStream& base = stream;
    CheckThrows<InvalidOperationException>("the base's own", [&] { (base.*Reach::CheckRead)(); });
    CheckThrows<InvalidOperationException>("the base's own", [&] { (base.*Reach::CheckWrite)(); });
    BOOST_TEST(stream.replaced == 0);
    (base.*Reach::CheckProperty)();
    BOOST_TEST(stream.replaced == 1);
}

BOOST_AUTO_TEST_CASE(shape_of_properties, COVERS("stream.is-handle-exposed.shape")
                                              COVERS("stream.is-connected.protected-setter")) {
    BOOST_TEST(!tellsExposed<PipeStream>);
    BOOST_TEST(tellsExposed<Derived>);
    BOOST_TEST(!setsExposed<Derived>);
    BOOST_TEST(!setsConnected<PipeStream>);
    BOOST_TEST(!setsConnected<Client>);
    BOOST_TEST(setsConnected<Derived>);
    Connected pipe(PipeDirection::In);
    const PipeStream& seen = pipe.stream;
    pipe.stream.SetIsConnected(false);
    BOOST_TEST(!seen.IsConnected());
    pipe.stream.SetIsConnected(true);
    BOOST_TEST(seen.IsConnected());
}

BOOST_AUTO_TEST_CASE(set_in_every_state, COVERS("stream.is-connected.protected-setter")) {
    Connected broken(PipeDirection::Out);
    broken.server.Dispose();
    CheckThrows<IOException>("WriteByte", [&] { broken.stream.WriteByte(1); });
    Derived without = Reader();
    for (Derived* const stream : {&broken.stream, &without}) {
        BOOST_TEST(!stream->IsConnected());
        for (const bool value : {true, true, false, false, true}) {
            stream->SetIsConnected(value);
            BOOST_TEST(stream->IsConnected() == value);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::binding
