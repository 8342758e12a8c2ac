#include "Handover.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <sys/socket.h>

namespace pipects::director {

namespace {

/// A message of one byte with room for one descriptor.
struct Message {
    Message() noexcept {
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
    }

    char byte = 0;
    iovec part{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr header{};
};

}  // namespace

void HandOver(int socket, int descriptor) {
    Message message;
    cmsghdr* const rights = CMSG_FIRSTHDR(&message.header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    if (::sendmsg(socket, &message.header, 0) == -1) {
        throw std::system_error(errno, std::generic_category(), "the director does not answer");
    }
}

Descriptor TakeOver(int socket) {
    Message message;
    if (::recvmsg(socket, &message.header, MSG_CMSG_CLOEXEC) <= 0) {
        return {};
    }
    const cmsghdr* const rights = CMSG_FIRSTHDR(&message.header);
    if (rights == nullptr || rights->cmsg_type != SCM_RIGHTS) {
        return {};
    }
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(rights), sizeof descriptor);
    return Descriptor(descriptor);
}

}  // namespace pipects::director
