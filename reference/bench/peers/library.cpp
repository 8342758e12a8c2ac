// The library.

#include "Peer.hpp"

#include <System/IO/Pipes.hpp>

namespace {

using namespace System::IO::Pipes;

class End {
  public:
    End(int number, bool writes)
        : pipe_(writes ? PipeDirection::Out : PipeDirection::In, std::to_string(number)) {}
    std::size_t Read(std::span<unsigned char> bytes) { return static_cast<std::size_t>(pipe_.Read(bytes)); }
    void Write(std::span<const unsigned char> bytes) {
        try {
            pipe_.Write(bytes);
        } catch (const System::IO::IOException&) {
            std::exit(0);  // the other process has ended
        }
    }

  private:
    AnonymousPipeClientStream pipe_;
};

}  // namespace

int main(int argc, char** argv) {
    return pipects::bench::Run<End>(argc, argv);
}
