#pragma once

#include <vector>

#include <linux/filter.h>

namespace pipects::director {

/// A seccomp program that tells the listener of every call in Calls(), and lets all others pass.
[[nodiscard]] std::vector<sock_filter> Filter();

}  // namespace pipects::director
