#pragma once

#include "Os.hpp"

#include <Microsoft/Win32/SafeHandles/SafePipeHandle.hpp>

#include <memory>

namespace System::IO::Pipes::Detail {

/// The client handles whose numbers servers of this process gave out as strings. A client that this very
/// process makes of such a string shares the server's handle object: two owners of one number would each
/// close it, the second one perhaps somebody else's. [lifetime.recycled-number-safe]
void HandOut(const std::shared_ptr<Microsoft::Win32::SafeHandles::SafePipeHandle>& handle);

/// @return the open handle object that was given out as this number, or null
[[nodiscard]] std::shared_ptr<Microsoft::Win32::SafeHandles::SafePipeHandle> HandedOut(
    Os::NativeHandle number);

}  // namespace System::IO::Pipes::Detail
