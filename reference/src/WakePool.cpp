#include "WakePool.hpp"

#include "PerProcess.hpp"

#include <exception>
#include <utility>

namespace System::IO::Pipes::Detail {

WakePool& WakePool::Instance() {
    return PerProcess<WakePool>::Instance();
}

std::optional<Os::WakeHandle> WakePool::Take() noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (!spare_.empty()) {
            std::optional<Os::WakeHandle> wake(std::move(spare_.back()));
            spare_.pop_back();
            return wake;
        }
    }
    return Os::WakeHandle::TryMake();
}

void WakePool::GiveBack(Os::WakeHandle&& wake) noexcept {
    wake.Reset();
    try {
        const std::lock_guard lock(mutex_);
        spare_.push_back(std::move(wake));
    } catch (const std::bad_alloc&) {  // then it is closed
        return;
    }
}

}  // namespace System::IO::Pipes::Detail
