#include "Filter.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <linux/seccomp.h>
#include <sys/syscall.h>

namespace pipects::kernels {

namespace {

constexpr std::uint32_t noSignal = 0x100;  // RWF_NOSIGNAL

/// The filter sees a number of 64 bits as two words; this is where the lower one of the flags is.
constexpr auto flagsOffset =
    static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 5 * sizeof(std::uint64_t));

sock_filter Load(std::uint32_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}
sock_filter LoadCall() {
    return Load(offsetof(seccomp_data, nr));
}
sock_filter SkipUnlessCall(long number, std::uint8_t count) {
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, count);
}
sock_filter SkipUnlessAny(std::uint32_t bits, std::uint8_t count) {
    return BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, count);
}
sock_filter Refuse(int error) {
    return BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error));
}
sock_filter Allow() {
    return BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
}

/// Refuses the calls that take flags, and vmsplice with an error of its own, if it is not 0.
std::vector<sock_filter> RefuseForms(int error, int ofSplice = 0) {
    std::vector<sock_filter> program{LoadCall(), SkipUnlessCall(SYS_preadv2, 1), Refuse(error),
                                     SkipUnlessCall(SYS_pwritev2, 1), Refuse(error)};
    if (ofSplice != 0) {
        program.insert(program.end(), {SkipUnlessCall(SYS_vmsplice, 1), Refuse(ofSplice)});
    }
    program.push_back(Allow());
    return program;
}

}  // namespace

std::vector<sock_filter> FilterOf(std::string_view name) {
    if (name == "before-6.4") {
        return RefuseForms(EOPNOTSUPP);
    }
    if (name == "before-6.18") {
        return {LoadCall(),         SkipUnlessCall(SYS_pwritev2, 3),
                Load(flagsOffset),  SkipUnlessAny(noSignal, 1),
                Refuse(EOPNOTSUPP), Allow()};
    }
    if (name == "filtered") {
        return RefuseForms(EPERM, ENOSYS);
    }
    return {};
}

}  // namespace pipects::kernels
