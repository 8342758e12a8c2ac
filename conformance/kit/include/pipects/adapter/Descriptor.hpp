#pragma once

#include <pipects/adapter/Platform.hpp>

#include <mutex>
#include <string>

namespace pipects::adapter {

/// A handle of the operating system that is no pipe's. Threads: any.
class Descriptor {
  public:
    explicit Descriptor(const std::string& kind)
        : handle_(platform::OpenDescriptor(kind)), number_(handle_.Number()) {}

    /// Also after Dispose, as cases ask whether that very number was closed.
    [[nodiscard]] auto Number() const noexcept { return number_; }
    void Dispose() {
        const std::lock_guard lock(mutex_);
        handle_.Close();
    }

  private:
    std::mutex mutex_;
    platform::Handle handle_;
    decltype(handle_.Number()) number_;
};

}  // namespace pipects::adapter
