#include "Transfer.hpp"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace pipects::director {

namespace {

constexpr std::uint64_t dontWait = 0x8;  // RWF_NOWAIT

std::size_t SizeOf(const std::vector<iovec>& parts) noexcept {
    std::size_t size = 0;
    for (const iovec& part : parts) {
        size += part.iov_len;
    }
    return size;
}

}  // namespace

std::optional<Transfer> Transfer::Of(const seccomp_notif& notification, pid_t process, const Call& call,
                                     std::size_t most) {
    Transfer transfer;
    transfer.notification_ = notification.id;
    transfer.process_ = process;
    transfer.reads_ = call.family == Family::Read;
    transfer.buffer_ = BufferOf(process, notification.data, call, most);
    const Descriptor shared = CopyOf(process, static_cast<int>(notification.data.args[0]));
    if (!shared || transfer.buffer_.empty()) {
        return std::nullopt;
    }
    const bool takesFlags = call.name == "preadv2" || call.name == "pwritev2";
    const bool isAsked = (takesFlags && (notification.data.args[5] & dontWait) != 0) ||
                         (call.name == "vmsplice" && (notification.data.args[3] & SPLICE_F_NONBLOCK) != 0);
    transfer.waits_ = !isAsked && (::fcntl(shared.Get(), F_GETFL) & O_NONBLOCK) == 0;
    const std::string again = "/proc/self/fd/" + std::to_string(shared.Get());
    const int access = transfer.reads_ ? O_RDONLY : O_WRONLY;
    transfer.own_ = Descriptor(::open(again.c_str(), access | O_NONBLOCK | O_CLOEXEC));
    if (!transfer.own_) {
        return std::nullopt;  // a pipe without a reader, for one
    }
    return transfer;
}

short Transfer::Events() const noexcept {
    return reads_ ? POLLIN : POLLOUT;
}

ssize_t Transfer::Move(std::vector<std::byte>& bytes) const {
    const iovec local{bytes.data(), bytes.size()};
    const auto parts = static_cast<unsigned long>(buffer_.size());
    if (!reads_) {
        if (::process_vm_readv(process_, &local, 1, buffer_.data(), parts, 0) == -1) {
            return -1;
        }
        return ::write(own_.Get(), bytes.data(), bytes.size());
    }
    const ssize_t count = ::read(own_.Get(), bytes.data(), bytes.size());
    if (count <= 0) {
        return count;
    }
    const iovec taken{bytes.data(), static_cast<std::size_t>(count)};
    return ::process_vm_writev(process_, &taken, 1, buffer_.data(), parts, 0);
}

Transfer::Try Transfer::Make(const Listener& listener) const {
    if (!listener.Waits(notification_)) {
        return Try::Answered;
    }
    std::vector<std::byte> bytes(SizeOf(buffer_));
    const ssize_t count = Move(bytes);
    if (count >= 0) {
        listener.Answer(notification_, count, 0);
        return Try::Answered;
    }
    return errno == EAGAIN ? Try::WouldBlock : Try::MustPass;
}

}  // namespace pipects::director
