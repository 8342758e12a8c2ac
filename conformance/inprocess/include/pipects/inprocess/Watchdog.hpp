#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace pipects::inprocess {

/// How long a request may take. A debugger's user sets PIPECTS_NO_DEADLINE; PIPECTS_TIMEOUT_SCALE is for slow
/// machines and tools.
class Patience {
  public:
    Patience();
    /// Seconds of a standstill after which nothing is waited for any more.
    [[nodiscard]] double Standstill() const noexcept { return Scaled(0.5); }
    [[nodiscard]] bool IsEndless() const noexcept { return endless_; }
    [[nodiscard]] double Scaled(double seconds) const noexcept { return seconds * scale_; }

  private:
    bool endless_;
    double scale_ = 1;
};

/// Ends the process if the main thread does not come back from a request: nothing else gets it out of there.
class Watchdog {
  public:
    Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    ~Watchdog();

    /// @param say what to print, called on the watchdog's thread while the main thread hangs: until the
    /// deadline, or for good
    void Arm(double seconds, std::function<std::string()> say);
    void Disarm();

  private:
    using Clock = std::chrono::steady_clock;

    void Run();

    const Patience patience_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool ending_ = false;
    std::optional<Clock::time_point> until_;
    std::function<std::string()> say_;
    std::thread thread_;  // last: it uses the others
};

}  // namespace pipects::inprocess
