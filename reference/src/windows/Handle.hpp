#pragma once

#include "Os.hpp"

#include <string>

#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

namespace System::IO::Pipes::Os {

[[nodiscard]] inline HANDLE Native(NativeHandle handle) noexcept {
    return reinterpret_cast<HANDLE>(handle);  // NOLINT(performance-no-int-to-ptr): what a HANDLE is
}
[[nodiscard]] inline NativeHandle Number(HANDLE handle) noexcept {
    return reinterpret_cast<NativeHandle>(handle);
}

/// Throws IOException with what GetLastError means.
[[noreturn]] void ThrowLastError(const std::string& whatFailed);

}  // namespace System::IO::Pipes::Os
