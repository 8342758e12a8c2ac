#pragma once

#include <string_view>
#include <vector>

#include <linux/filter.h>

/// What a process is made to believe about the kernel below it.
namespace pipects::kernels {

/// A seccomp program that refuses what a kernel, or a container's filter, of this name does not let through.
///
/// - `before-6.4`: pipes know neither "don't wait" nor "no SIGPIPE" with a call, which answers EOPNOTSUPP
/// - `before-6.18`: they know "don't wait", but not "no SIGPIPE"
/// - `filtered`: the calls that take such flags are refused with EPERM, and vmsplice is not known (ENOSYS)
///
/// @return empty if there is no such name
[[nodiscard]] std::vector<sock_filter> FilterOf(std::string_view name);

}  // namespace pipects::kernels
