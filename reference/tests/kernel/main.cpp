// Runs a program as on a kernel, or under a filter, that offers less than this one:
//
//     pipects-reference-kernel KIND PROGRAM ARGUMENT...

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr std::uint32_t noSignal = 0x100;  // RWF_NOSIGNAL

using Program = std::vector<sock_filter>;

/// The low half of an argument; a test of single bits needs no more.
constexpr std::uint32_t OffsetOfArgument(std::size_t index) {
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + index * sizeof(std::uint64_t));
}

void Load(Program& program, std::uint32_t offset) {
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

void Refuse(Program& program, long call, int error) {
    Load(program, offsetof(seccomp_data, nr));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)));
}

/// The same if any of `bits` is set in the argument.
void RefuseWith(Program& program, long call, std::size_t argument, std::uint32_t bits, int error) {
    Load(program, offsetof(seccomp_data, nr));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 3));
    Load(program, OffsetOfArgument(argument));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)));
}

void RefuseFlags(Program& program, int error) {
    Refuse(program, SYS_preadv2, error);
    Refuse(program, SYS_pwritev2, error);
}

void LacksNoSignal(Program& program) {
    RefuseWith(program, SYS_pwritev2, 5, noSignal, EOPNOTSUPP);
}
void LacksFlags(Program& program) {
    RefuseFlags(program, EOPNOTSUPP);
}
void IsFiltered(Program& program) {
    RefuseFlags(program, EPERM);
}
void LacksFlagsAndReopening(Program& program) {
    RefuseFlags(program, EOPNOTSUPP);
    RefuseWith(program, SYS_openat, 2, O_NONBLOCK, EACCES);
}

struct Kind {
    std::string_view name;
    void (*filter)(Program&);
};

constexpr Kind kinds[] = {
    {"before-6.18", LacksNoSignal},    // pipes know RWF_NOWAIT, not RWF_NOSIGNAL
    {"before-6.4", LacksFlags},        // neither
    {"filtered", IsFiltered},          // a container that permits neither
    {"bare", LacksFlagsAndReopening},  // and where the pipe's end can't be opened once more
};

bool Install(Program program) {
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view wanted = argc > 2 ? argv[1] : "";
    for (const Kind& kind : kinds) {
        if (kind.name != wanted) {
            continue;
        }
        Program program;
        kind.filter(program);
        if (!Install(std::move(program))) {
            std::perror("the system call filter");
            return 2;
        }
        ::execvp(argv[2], argv + 2);
        std::perror(argv[2]);
        return 2;
    }
    std::fputs("use: pipects-reference-kernel KIND PROGRAM ARGUMENT...; KIND is one of", stderr);
    for (const Kind& kind : kinds) {
        std::fprintf(stderr, " %.*s", static_cast<int>(kind.name.size()), kind.name.data());
    }
    std::fputs("\n", stderr);
    return 2;
}
