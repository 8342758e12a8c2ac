#include "HandedOut.hpp"

#include "PipePort.hpp"

#include <map>
#include <mutex>

namespace System::IO::Pipes::Detail {

using Microsoft::Win32::SafeHandles::SafePipeHandle;

namespace {

struct Register {
    std::mutex mutex;
    std::map<Os::NativeHandle, std::weak_ptr<SafePipeHandle>> handles;
};

/// Never destroyed: a static stream may outlive every other static object.
Register& TheRegister() {
    static auto* const instance = std::make_unique<Register>().release();
    return *instance;
}

}  // namespace

void HandOut(const std::shared_ptr<SafePipeHandle>& handle) {
    Register& known = TheRegister();
    const std::lock_guard lock(known.mutex);
    std::erase_if(known.handles, [](const auto& entry) { return entry.second.expired(); });
    // The number of one that is closed may be another pipe's by now; one that borrows its number is no owner.
    // [client.ctor-string.owns-handle]
    if (!handle->IsClosed() && handle->Port()->OwnsHandle()) {
        known.handles[handle->DangerousGetHandle()] = handle;
    }
}

std::shared_ptr<SafePipeHandle> HandedOut(Os::NativeHandle number) {
    Register& known = TheRegister();
    const std::lock_guard lock(known.mutex);
    const auto entry = known.handles.find(number);
    const auto handle = entry == known.handles.end() ? nullptr : entry->second.lock();
    return handle && !handle->IsClosed() ? handle : nullptr;
}

}  // namespace System::IO::Pipes::Detail
