#include "Calls.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

namespace pipects::director {

namespace {

constexpr auto calls = std::to_array<Call>({
    {SYS_read, Family::Read, "read"},
    {SYS_readv, Family::Read, "readv"},
    {SYS_preadv, Family::Read, "preadv"},
    {SYS_preadv2, Family::Read, "preadv2"},
    {SYS_vmsplice, Family::Read, "vmsplice"},  // on an end that reads, to which rules are held
    {SYS_write, Family::Write, "write"},
    {SYS_writev, Family::Write, "writev"},
    {SYS_pwritev, Family::Write, "pwritev"},
    {SYS_pwritev2, Family::Write, "pwritev2"},
    {SYS_openat, Family::Open, "openat"},
    {SYS_close, Family::Close, "close"},
    {SYS_dup, Family::Dup, "dup"},
    {SYS_dup3, Family::Dup, "dup3"},
    {SYS_fcntl, Family::Fcntl, "fcntl"},
    {SYS_pipe2, Family::Pipe, "pipe2"},
    {SYS_ppoll, Family::Poll, "ppoll"},
    {SYS_pselect6, Family::Poll, "pselect6"},
    {SYS_epoll_pwait, Family::Poll, "epoll_pwait"},
    {SYS_epoll_pwait2, Family::Poll, "epoll_pwait2"},
    {SYS_epoll_ctl, Family::Watch, "epoll_ctl"},
    {SYS_ioctl, Family::Ioctl, "ioctl"},
    {SYS_clone, Family::Fork, "clone"},
    {SYS_clone3, Family::Fork, "clone3"},
    {SYS_execve, Family::Exec, "execve"},
    {SYS_execveat, Family::Exec, "execveat"},
#ifdef SYS_open  // newer machines have the newer calls only
    {SYS_open, Family::Open, "open"},
    {SYS_dup2, Family::Dup, "dup2"},
    {SYS_pipe, Family::Pipe, "pipe"},
    {SYS_poll, Family::Poll, "poll"},
    {SYS_select, Family::Poll, "select"},
    {SYS_epoll_wait, Family::Poll, "epoll_wait"},
    {SYS_fork, Family::Fork, "fork"},
    {SYS_vfork, Family::Fork, "vfork"},
#endif
});

constexpr auto names = std::to_array<std::pair<Family, std::string_view>>({
    {Family::Read, "read"},
    {Family::Write, "write"},
    {Family::Open, "open"},
    {Family::Close, "close"},
    {Family::Dup, "dup"},
    {Family::Fcntl, "fcntl"},
    {Family::Pipe, "pipe"},
    {Family::Poll, "poll"},
    {Family::Watch, "watch"},
    {Family::Ioctl, "ioctl"},
    {Family::Fork, "fork"},
    {Family::Exec, "exec"},
});

}  // namespace

std::span<const Call> Calls() noexcept {
    return calls;
}

std::optional<Call> CallOf(const seccomp_data& data) noexcept {
    const auto* const found =
        std::find_if(calls.begin(), calls.end(), [&](const Call& call) { return call.number == data.nr; });
    if (found == calls.end()) {
        return std::nullopt;
    }
    const bool duplicates =
        data.nr == SYS_fcntl && (data.args[1] == F_DUPFD || data.args[1] == F_DUPFD_CLOEXEC);
    return duplicates ? Call{SYS_fcntl, Family::Dup, "fcntl"} : *found;
}

std::string_view NameOf(Family family) noexcept {
    const auto* const found =
        std::find_if(names.begin(), names.end(), [&](const auto& each) { return each.first == family; });
    return found->second;
}

std::optional<Family> FamilyOf(std::string_view name) noexcept {
    const auto* const found =
        std::find_if(names.begin(), names.end(), [&](const auto& each) { return each.second == name; });
    return found == names.end() ? std::nullopt : std::optional(found->first);
}

bool IsForm(std::string_view name) noexcept {
    return std::any_of(calls.begin(), calls.end(), [&](const Call& call) { return call.name == name; });
}

bool NamesNoEnd(const Call& call) noexcept {
    return call.family == Family::Poll && call.name.starts_with("epoll");
}

bool MakesInheritable(const seccomp_data& data, const Call& call) noexcept {
    const auto lacks = [](std::uint64_t flags) { return (flags & O_CLOEXEC) == 0; };
    if (call.family == Family::Pipe) {
        return call.number != SYS_pipe2 || lacks(data.args[1]);
    }
    if (call.family != Family::Dup) {
        return false;
    }
    switch (call.number) {
        case SYS_fcntl:
            return data.args[1] == F_DUPFD;
        case SYS_dup3:
            return lacks(data.args[2]);
        default:
            return true;
    }
}

}  // namespace pipects::director
