#pragma once

#include <optional>
#include <span>
#include <string_view>

#include <linux/seccomp.h>

/// The system calls that matter for pipes, by families that POSIX has a name for.
namespace pipects::director {

enum class Family { Read, Write, Open, Close, Dup, Fcntl, Pipe, Poll, Watch, Ioctl, Fork, Exec };

/// Every number that belongs to a family on this machine.
struct Call {
    long number;
    Family family;
    std::string_view name;
};
[[nodiscard]] std::span<const Call> Calls() noexcept;

/// The call that a thread is about to make; for `fcntl` by what it is asked for: those that duplicate are
/// Dup's.
/// @return nothing for a call that does not matter here
[[nodiscard]] std::optional<Call> CallOf(const seccomp_data& data) noexcept;

/// As rules and reports have it: `read`, `poll`, …
[[nodiscard]] std::string_view NameOf(Family family) noexcept;
[[nodiscard]] std::optional<Family> FamilyOf(std::string_view name) noexcept;
/// Whether this is the name of a form of a call: `preadv2`, `pipe2`, …
[[nodiscard]] bool IsForm(std::string_view name) noexcept;
/// Whether a call waits for whatever is in an epoll's set: it names no end, and may have begun before an end
/// came into the set.
[[nodiscard]] bool NamesNoEnd(const Call& call) noexcept;

/// Whether the descriptors that a call makes are born open to programs that the process executes.
[[nodiscard]] bool MakesInheritable(const seccomp_data& data, const Call& call) noexcept;

}  // namespace pipects::director
