#include "Pipes.hpp"

#include <pipects/inprocess/Main.hpp>

#include <csignal>

namespace {

struct Traits : pipects::adapter::DefaultTraits {
    static constexpr const char* name = "own";
    static constexpr const char* version = "1";

    using AnonymousPipeServerStream = own::Server;
    using AnonymousPipeClientStream = own::Client;
    using PipeDirection = own::PipeDirection;
    using HandleInheritability = own::HandleInheritability;
    using ArgumentException = own::ArgumentException;
    using Byte = unsigned char;
};

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    // It is a part of the documented classes, on purpose.
    return pipects::inprocess::Main<Traits>(
        argc, argv,
        {.tests = PIPECTS_TESTS,
         .lacks = {"CanTimeout", "Close", "InBufferSize", "IsAsync", "IsConnected", "IsMessageComplete",
                   "Length", "OutBufferSize", "Position", "ReadByte", "ReadMode", "ReadTimeout", "Seek",
                   "SetLength", "TransmissionMode", "WaitForPipeDrain", "WriteByte", "WriteTimeout"}});
}
