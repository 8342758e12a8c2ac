#pragma once

#include "../Support.hpp"

#include <sys/resource.h>

namespace pipects::testing {

constexpr int dontWait = 0x8;      // RWF_NOWAIT
constexpr int dontSignal = 0x100;  // RWF_NOSIGNAL
/// Whether this system knows `flags` for a write to a pipe.
[[nodiscard]] bool KnowsFlags(int flags);
/// Whether a pipe's end can be opened once more.
[[nodiscard]] bool CanOpenAgain();

/// While it lives no handle with this number or a higher one can be made in this process.
class HandleLimit {
  public:
    explicit HandleLimit(std::intptr_t first);
    HandleLimit(const HandleLimit&) = delete;
    HandleLimit& operator=(const HandleLimit&) = delete;
    HandleLimit(HandleLimit&&) = delete;
    HandleLimit& operator=(HandleLimit&&) = delete;
    ~HandleLimit();

  private:
    rlimit before_{};
};

}  // namespace pipects::testing
