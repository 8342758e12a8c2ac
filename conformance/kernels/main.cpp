#include "Filter.hpp"

#include <cerrno>
#include <cstring>
#include <iostream>
#include <span>

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

// Runs a program, and what it starts, as on another kernel.

namespace {

constexpr int couldNot = 2;

int Fail(const char* what) {
    std::cerr << "pipects-kernel: " << what << ": " << std::strerror(errno) << '\n';
    return couldNot;
}

}  // namespace

int main(int count, char** words) {
    const std::span<char*> arguments(words, static_cast<std::size_t>(count));
    if (count < 3) {
        std::cerr << "usage: pipects-kernel before-6.4|before-6.18|filtered PROGRAM [ARGUMENT...]\n";
        return couldNot;
    }
    auto filter = pipects::kernels::FilterOf(arguments[1]);
    if (filter.empty()) {
        std::cerr << "pipects-kernel: there is no kernel '" << arguments[1] << "'\n";
        return couldNot;
    }
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return Fail("no new privileges");
    }
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        return Fail("seccomp");
    }
    ::execv(arguments[2], &arguments[2]);
    return Fail(arguments[2]);
}
