#include "Filter.hpp"

#include "Calls.hpp"

#include <cstddef>
#include <cstdint>

#include <linux/audit.h>
#include <linux/seccomp.h>

namespace pipects::director {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t machine = AUDIT_ARCH_AARCH64;
#else
#error "the numbers of this machine's system calls are not known to be the C library's alone"
#endif

sock_filter Load(std::size_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}
sock_filter Return(std::uint32_t what) {
    return BPF_STMT(BPF_RET | BPF_K, what);
}
sock_filter SkipOneUnless(std::uint32_t value) {
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
}
sock_filter SkipOneIf(std::uint32_t value) {
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
}

}  // namespace

std::vector<sock_filter> Filter() {
    std::vector<sock_filter> program{Load(offsetof(seccomp_data, arch)), SkipOneIf(machine),
                                     Return(SECCOMP_RET_ALLOW), Load(offsetof(seccomp_data, nr))};
    for (const Call& call : Calls()) {
        program.push_back(SkipOneUnless(static_cast<std::uint32_t>(call.number)));
        program.push_back(Return(SECCOMP_RET_USER_NOTIF));
    }
    program.push_back(Return(SECCOMP_RET_ALLOW));
    return program;
}

}  // namespace pipects::director
