#include <System/IO/Pipes.hpp>

int main() {
    using namespace System::IO::Pipes;
    AnonymousPipeServerStream server(PipeDirection::Out);
    AnonymousPipeClientStream client(PipeDirection::In, server.ClientSafePipeHandle());
    server.WriteByte(42);
    return client.ReadByte() == 42 ? 0 : 1;
}
