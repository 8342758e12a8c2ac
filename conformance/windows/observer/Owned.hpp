#pragma once

#include <windows.h>

#include <memory>

namespace pipects::observer {

struct Closes {
    void operator()(HANDLE handle) const noexcept { CloseHandle(handle); }
};

/** A handle of the observer's own. */
using Owned = std::unique_ptr<void, Closes>;

}  // namespace pipects::observer
