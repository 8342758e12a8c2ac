// The system's calls alone.

#include "Peer.hpp"

#include <unistd.h>

namespace {

class End {
  public:
    End(int number, bool /*writes*/) : number_(number) {}
    std::size_t Read(std::span<unsigned char> bytes) {
        const ssize_t count = ::read(number_, bytes.data(), bytes.size());
        return count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    void Write(std::span<const unsigned char> bytes) {
        while (!bytes.empty()) {
            const ssize_t count = ::write(number_, bytes.data(), bytes.size());
            if (count < 0) {
                std::exit(0);
            }
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
    }

  private:
    int number_;
};

}  // namespace

int main(int argc, char** argv) {
    return pipects::bench::Run<End>(argc, argv);
}
