// The parent: makes a pipe, starts pipe_client with the client's handle as its argument, and sends it a line.

#include <System/IO/Pipes.hpp>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <ostream>
#include <string>
#include <system_error>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace System::IO;
using namespace System::IO::Pipes;

namespace {

pid_t Start(std::string program, std::string argument) {
    char* const arguments[] = {program.data(), argument.data(), nullptr};
    pid_t child = 0;
    const int error = ::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environ);
    if (error != 0) {
        throw std::system_error(error, std::system_category(), program);
    }
    return child;
}

void WaitForExit(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) == -1 && errno == EINTR) {
    }
}

void RefuseMessageMode(PipeStream& pipe) {
    std::cout << "[SERVER] Setting ReadMode to \"Message\"." << std::endl;
    try {
        pipe.SetReadMode(PipeTransmissionMode::Message);
    } catch (const System::NotSupportedException& error) {
        std::cout << "[SERVER] Exception:\n    " << error.Message() << std::endl;
    }
    const char* const mode = pipe.TransmissionMode() == PipeTransmissionMode::Byte ? "Byte" : "Message";
    std::cout << "[SERVER] Current TransmissionMode: " << mode << "." << std::endl;
}

void SendLines(AnonymousPipeServerStream& pipe) {
    try {
        StreamBuffer buffer(pipe);
        std::ostream writer(&buffer);
        writer.exceptions(std::ios::badbit);  // a broken pipe is thrown as what it is
        writer << "SYNC" << std::endl;
        pipe.WaitForPipeDrain();
        std::cout << "[SERVER] Enter text: " << std::flush;
        std::string text;
        std::getline(std::cin, text);
        writer << text << std::endl;
    } catch (const IOException& error) {
        std::cout << "[SERVER] Error: " << error.Message() << std::endl;
    }
    pipe.Dispose();  // the end of data for the client
}

}  // namespace

int main(int /*argc*/, char** argv) {
    try {
        AnonymousPipeServerStream pipe(PipeDirection::Out, HandleInheritability::Inheritable);
        RefuseMessageMode(pipe);
        const auto client = std::filesystem::path(argv[0]).replace_filename("pipe_client");
        const pid_t child = Start(client.string(), pipe.GetClientHandleAsString());
        pipe.DisposeLocalCopyOfClientHandle();  // else the end of the client would go unnoticed
        SendLines(pipe);
        WaitForExit(child);
        std::cout << "[SERVER] Client quit. Server terminating." << std::endl;
    } catch (const std::exception& error) {
        std::cerr << "pipe_server: " << error.what() << std::endl;
        return 1;
    }
    return 0;
}
