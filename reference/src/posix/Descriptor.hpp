#pragma once

#include "Os.hpp"

#include <cerrno>
#include <string>

namespace System::IO::Pipes::Os {

[[nodiscard]] inline int Descriptor(NativeHandle handle) noexcept {
    return static_cast<int>(handle);
}

/// Repeats a system call that a signal interrupted. Not for close: the number may be somebody else's by then.
template <typename Call>
auto Resume(Call&& call) noexcept {
    auto result = call();
    while (result == -1 && errno == EINTR) {
        result = call();
    }
    return result;
}

/// Throws IOException with what errno means.
[[noreturn]] void ThrowLastError(const std::string& whatFailed);

}  // namespace System::IO::Pipes::Os
