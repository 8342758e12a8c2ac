#pragma once

#include "Descriptor.hpp"

#include <cstdint>
#include <optional>

#include <linux/seccomp.h>

namespace pipects::director {

/// The kernel's side of a filter: threads that are about to make a call, and what is to become of them.
class Listener {
  public:
    explicit Listener(Descriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}

    [[nodiscard]] int Get() const noexcept { return descriptor_.Get(); }
    /// @return nothing if the thread is gone already
    [[nodiscard]] std::optional<seccomp_notif> Receive() const noexcept;
    /// Whether the thread still waits to be let go.
    [[nodiscard]] bool Waits(std::uint64_t notification) const noexcept;
    /// Lets the call be made.
    void Pass(std::uint64_t notification) const noexcept;
    /// Ends the call without its being made.
    /// @param error an errno, or 0
    void Answer(std::uint64_t notification, std::int64_t result, int error) const noexcept;

  private:
    void Send(const seccomp_notif_resp& response) const noexcept;

    Descriptor descriptor_;
};

}  // namespace pipects::director
