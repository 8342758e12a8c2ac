// Boost.Asio's stream_descriptor, waiting as its users do: in the call.

#include "Peer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>

namespace {

class End {
  public:
    End(int number, bool /*writes*/) : descriptor_(context_, number) {}
    std::size_t Read(std::span<unsigned char> bytes) {
        boost::system::error_code error;
        const std::size_t count =
            descriptor_.read_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
        return error ? 0 : count;
    }
    void Write(std::span<const unsigned char> bytes) {
        boost::system::error_code error;
        boost::asio::write(descriptor_, boost::asio::buffer(bytes.data(), bytes.size()), error);
        if (error) {
            std::exit(0);
        }
    }

  private:
    boost::asio::io_context context_;
    boost::asio::posix::stream_descriptor descriptor_;
};

}  // namespace

int main(int argc, char** argv) {
    return pipects::bench::Run<End>(argc, argv);
}
