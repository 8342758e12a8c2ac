#pragma once

#include "Descriptor.hpp"
#include "Listener.hpp"
#include "Target.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pipects::director {

/// A read or a write of another process that moves fewer bytes than it asks for: made here, on a second
/// description of the pipe's end, which never waits.
class Transfer {
  public:
    enum class Try { Answered, WouldBlock, MustPass };

    /// @return nothing where the system does not give the descriptor or the memory away
    [[nodiscard]] static std::optional<Transfer> Of(const seccomp_notif& notification, pid_t process,
                                                    const Call& call, std::size_t most);

    [[nodiscard]] std::uint64_t Notification() const noexcept { return notification_; }
    /// What to poll for while it would block, and the caller is willing to wait.
    [[nodiscard]] int Get() const noexcept { return own_.Get(); }
    [[nodiscard]] short Events() const noexcept;
    [[nodiscard]] bool Waits() const noexcept { return waits_; }
    /// Moves what can be moved. MustPass where the kernel itself has to answer, with a signal perhaps.
    [[nodiscard]] Try Make(const Listener& listener) const;

  private:
    [[nodiscard]] ssize_t Move(std::vector<std::byte>& bytes) const;

    std::uint64_t notification_ = 0;
    pid_t process_ = 0;
    bool reads_ = false;
    bool waits_ = false;
    std::vector<iovec> buffer_;
    Descriptor own_;
};

}  // namespace pipects::director
