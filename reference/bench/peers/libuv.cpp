// libuv's uv_pipe_t: a write tries at once and waits in the loop for what is left; a read waits in the loop.

#include "Peer.hpp"

#include <csignal>

#include <uv.h>

namespace {

class End {
  public:
    End(int number, bool /*writes*/) {
        std::signal(SIGPIPE, SIG_IGN);  // as libuv asks of its users
        uv_loop_init(&loop_);
        uv_pipe_init(&loop_, &pipe_, 0);
        uv_pipe_open(&pipe_, number);
        pipe_.data = this;
    }
    End(const End&) = delete;
    End& operator=(const End&) = delete;
    End(End&&) = delete;
    End& operator=(End&&) = delete;
    ~End() = default;  // the process ends with it

    std::size_t Read(std::span<unsigned char> bytes) {
        room_ = bytes;
        count_ = -1;
        uv_read_start(stream(), Offer, Took);
        while (count_ < 0) {
            uv_run(&loop_, UV_RUN_ONCE);
        }
        return static_cast<std::size_t>(count_);
    }
    void Write(std::span<const unsigned char> bytes) {
        uv_buf_t part = Part(bytes);
        const int sent = uv_try_write(stream(), &part, 1);
        if (sent < 0 && sent != UV_EAGAIN) {
            std::exit(0);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(std::max(sent, 0)));
        if (bytes.empty()) {
            return;
        }
        part = Part(bytes);
        uv_write_t request;
        int status = 1;
        request.data = &status;
        uv_write(&request, stream(), &part, 1,
                 [](uv_write_t* ended, int result) { *static_cast<int*>(ended->data) = result; });
        while (status > 0) {
            uv_run(&loop_, UV_RUN_ONCE);
        }
        if (status < 0) {
            std::exit(0);
        }
    }

  private:
    uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&pipe_); }
    static uv_buf_t Part(std::span<const unsigned char> bytes) {
        return uv_buf_init(reinterpret_cast<char*>(const_cast<unsigned char*>(bytes.data())),
                           static_cast<unsigned>(bytes.size()));
    }
    static void Offer(uv_handle_t* handle, std::size_t /*suggested*/, uv_buf_t* buffer) {
        *buffer = Part(static_cast<End*>(handle->data)->room_);
    }
    static void Took(uv_stream_t* stream, ssize_t count, const uv_buf_t* /*buffer*/) {
        if (count != 0) {
            static_cast<End*>(stream->data)->count_ = count < 0 ? 0 : count;
            uv_read_stop(stream);
        }
    }

    uv_loop_t loop_{};
    uv_pipe_t pipe_{};
    std::span<unsigned char> room_;
    ssize_t count_ = -1;
};

}  // namespace

int main(int argc, char** argv) {
    return pipects::bench::Run<End>(argc, argv);
}
