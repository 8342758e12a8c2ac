#include <System/IO/Pipes.hpp>

int main() {
    System::IO::Pipes::AnonymousPipeServerStream server;
    auto copy = server;
}
