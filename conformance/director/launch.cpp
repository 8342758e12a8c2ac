#include "Descriptor.hpp"
#include "Filter.hpp"
#include "Handover.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <iostream>
#include <span>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Becomes a program whose system calls a director is told of, and those of all that it starts. It needs no
// privilege: it renounces new ones.

namespace {

constexpr int couldNot = 2;

[[noreturn]] void Fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// From now on each call waits for whoever holds the listener; once it is seen, for him alone.
pipects::director::Descriptor Listen() {
    auto filter = pipects::director::Filter();
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        Fail("no new privileges");
    }
    constexpr unsigned listener = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    long made = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                          listener | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
    if (made == -1 && errno == EINVAL) {  // before Linux 5.19
        made = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, listener, &program);
    }
    if (made == -1) {
        Fail("seccomp");
    }
    return pipects::director::Descriptor(static_cast<int>(made));
}

int NumberIn(std::string_view text) {
    int number = -1;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

void Launch(std::span<char*> arguments) {
    {
        const pipects::director::Descriptor director(NumberIn(arguments[1]));
        // The director is no ancestor: where only those may look into a process, it asks to be one that may.
        static_cast<void>(::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0));
        const auto listener = Listen();
        pipects::director::HandOver(director.Get(), listener.Get());
    }
    ::execvp(arguments[2], &arguments[2]);
    Fail(arguments[2]);
}

}  // namespace

int main(int count, char** words) {
    if (count < 3) {
        std::cerr << "usage: pipects-directed SOCKET PROGRAM [ARGUMENT...]\n";
        return couldNot;
    }
    try {
        Launch({words, static_cast<std::size_t>(count)});
    } catch (const std::exception& error) {
        std::cerr << "pipects-directed: " << error.what() << '\n';
    }
    return couldNot;
}
