#pragma once

// What the tests of a C++ binding share. They use the documented C++ names, so they hold for any library that
// has them; the includer's build says where.
#include PIPECTS_BINDING_HEADER

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace pipects::binding {

using namespace System;
using namespace System::IO;
using namespace System::IO::Pipes;
using namespace System::Threading::Tasks;
using Handle = Microsoft::Win32::SafeHandles::SafePipeHandle;
using Bytes = std::vector<Byte>;
using Server = AnonymousPipeServerStream;
using Client = AnonymousPipeClientStream;
using Mode = PipeTransmissionMode;

/// What a test covers; also a label, so that `--run_test=@ID` runs it.
#define COVERS(requirement) *boost::unit_test::label(requirement)

/// One pipe in one process.
struct Pipe {
    Server writer{PipeDirection::Out};
    Client reader{PipeDirection::In, writer.ClientSafePipeHandle()};
};

inline Bytes BytesOf(std::string_view text) {
    return {text.begin(), text.end()};
}

inline std::string ReadText(Stream& stream, std::size_t count) {
    Bytes bytes(count);
    bytes.resize(static_cast<std::size_t>(stream.ReadAtLeast(bytes, static_cast<int>(count), false)));
    return {bytes.begin(), bytes.end()};
}

inline void WriteText(Stream& stream, std::string_view text) {
    stream.Write(BytesOf(text));
}

/// Looks until a state is there; false if it never comes.
inline bool Eventually(const std::function<bool()>& state) {
    constexpr std::chrono::seconds patience(20);
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!state()) {
        if (std::chrono::steady_clock::now() > until) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

/// Checks that `work` throws `Expected`, or a type derived from it, with a message.
template <typename Expected, typename Work>
void CheckThrows(const std::string& what, Work&& work) {
    try {
        std::forward<Work>(work)();
        BOOST_ERROR(what + " throws nothing");
    } catch (const Expected& exception) {
        BOOST_CHECK_MESSAGE(*exception.what() != '\0', what + " throws without a message");
    } catch (const std::exception& exception) {
        BOOST_ERROR(what + " throws something else: " + exception.what());
    }
}

/// The same, naming the parameter at fault.
template <typename Expected, typename Work>
void CheckThrowsNaming(const std::string& parameter, Work&& work) {
    try {
        std::forward<Work>(work)();
        BOOST_ERROR("nothing is thrown that names " + parameter);
    } catch (const Expected& exception) {
        BOOST_TEST(exception.ParamName() == parameter);
    }
}

/// A class derived from PipeStream, which shows what it can reach.
class Derived : public PipeStream {
  public:
    Derived(PipeDirection direction, int bufferSize) : PipeStream(direction, bufferSize) {}
    Derived(PipeDirection direction, Mode mode, int outBufferSize)
        : PipeStream(direction, mode, outBufferSize) {}

    using PipeStream::CheckPipePropertyOperations;
    using PipeStream::CheckReadOperations;
    using PipeStream::CheckWriteOperations;
    using PipeStream::InitializeHandle;
    using PipeStream::IsHandleExposed;
    using PipeStream::SetIsConnected;
    using Stream::Dispose;
    void Dispose(bool disposing) override {
        disposals.push_back(disposing);
        PipeStream::Dispose(disposing);
    }

    std::vector<bool> disposals;
};

inline Derived Reader() {
    return {PipeDirection::In, 0};
}
inline Derived Writer() {
    return {PipeDirection::Out, 0};
}

/// A derived stream that reads from, or writes to, the end of a pipe that the server gives away.
struct Connected {
    explicit Connected(PipeDirection direction, bool isAsync = false)
        : server(direction == PipeDirection::In ? PipeDirection::Out : PipeDirection::In),
          stream(direction, 0) {
        stream.InitializeHandle(server.ClientSafePipeHandle(), false, isAsync);
    }
    Server server;
    Derived stream;
};

}  // namespace pipects::binding
