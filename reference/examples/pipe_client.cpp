// The child: takes the handle from its argument and shows what the parent sends.

#include <System/IO/Pipes.hpp>

#include <iostream>
#include <istream>
#include <string>

using namespace System::IO;
using namespace System::IO::Pipes;

namespace {

void Receive(const char* handle) {
    AnonymousPipeClientStream pipe(PipeDirection::In, handle);
    std::cout << "[CLIENT] Setting ReadMode to \"Message\"." << std::endl;
    try {
        pipe.SetReadMode(PipeTransmissionMode::Message);
    } catch (const System::NotSupportedException& error) {
        std::cout << "[CLIENT] Exception:\n    " << error.Message() << std::endl;
    }
    const char* const mode = pipe.TransmissionMode() == PipeTransmissionMode::Byte ? "Byte" : "Message";
    std::cout << "[CLIENT] Current TransmissionMode: " << mode << "." << std::endl;

    StreamBuffer buffer(pipe);
    std::istream reader(&buffer);
    std::string line;
    do {
        std::cout << "[CLIENT] Wait for sync..." << std::endl;
    } while (std::getline(reader, line) && !line.starts_with("SYNC"));
    while (std::getline(reader, line)) {
        std::cout << "[CLIENT] Echo: " << line << std::endl;
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc > 1) {
            Receive(argv[1]);
        }
    } catch (const std::exception& error) {
        std::cerr << "pipe_client: " << error.what() << std::endl;
        return 1;
    }
    std::cout << "[CLIENT] Press Enter to continue..." << std::endl;
    std::string enter;
    std::getline(std::cin, enter);
    return 0;
}
