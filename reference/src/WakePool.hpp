#pragma once

#include "Os.hpp"

#include <mutex>
#include <optional>
#include <vector>

namespace System::IO::Pipes::Detail {

/// The wake handles that no thread sleeps with at the moment: the process has as many as threads have ever
/// slept at a time.
class WakePool {
  public:
    static WakePool& Instance();

    /// @return nothing if the system has no handle left
    [[nodiscard]] std::optional<Os::WakeHandle> Take() noexcept;
    void GiveBack(Os::WakeHandle&& wake) noexcept;

  private:
    std::mutex mutex_;
    std::vector<Os::WakeHandle> spare_;
};

}  // namespace System::IO::Pipes::Detail
