#include "Listener.hpp"

#include <sys/ioctl.h>

namespace pipects::director {

std::optional<seccomp_notif> Listener::Receive() const noexcept {
    seccomp_notif notification{};
    if (::ioctl(Get(), SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0) {
        return std::nullopt;
    }
    return notification;
}

bool Listener::Waits(std::uint64_t notification) const noexcept {
    return ::ioctl(Get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &notification) == 0;
}

void Listener::Pass(std::uint64_t notification) const noexcept {
    Send({notification, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE});
}

void Listener::Answer(std::uint64_t notification, std::int64_t result, int error) const noexcept {
    Send({notification, error == 0 ? result : 0, -error, 0});
}

void Listener::Send(const seccomp_notif_resp& response) const noexcept {
    seccomp_notif_resp copy = response;
    static_cast<void>(::ioctl(Get(), SECCOMP_IOCTL_NOTIF_SEND, &copy));  // a thread that is gone needs none
}

}  // namespace pipects::director
