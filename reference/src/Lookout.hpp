#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>

namespace System::IO::Pipes::Detail {

/// Whether the pipe's other end is at work at this very time, on another processor, as far as waits have
/// shown.
///
/// If it is, what a wait is for comes sooner than a sleeping thread is woken: so a thread looks for a short
/// while before it sleeps, and a long write goes in pieces that the reader takes out meanwhile. If it is not
/// (both ends share a processor, or others are busy on it), each look is in vain: then more and more waits
/// pass without one. Threads: any; a count that is lost costs nothing but a look.
class Lookout {
  public:
    [[nodiscard]] bool Pays() const noexcept { return pass_.load(std::memory_order_relaxed) <= 0; }

    /// Calls `look` until it finds something, or for too long. Without a call if it does not pay.
    /// @param look returns how much it has found: bytes, or anything else that is comparable
    /// @return whether something was found
    template <typename Look>
    bool Watch(Look&& look) noexcept {
        using Clock = std::chrono::steady_clock;
        if (!Pays()) {
            pass_.fetch_sub(1, std::memory_order_relaxed);
            return false;
        }
        const std::chrono::nanoseconds pause(pause_.load(std::memory_order_relaxed));
        const auto start = Clock::now();
        auto now = start;
        bool isFirst = true;
        do {
            const auto next = now + pause;
            while ((now = Clock::now()) < next) {
            }
            if (const std::size_t amount = look(); amount != 0) {
                Pause(pause, isFirst, amount);
                Learn(true);
                return true;
            }
            isFirst = false;
        } while (now - start < longest);
        Learn(false);
        return false;
    }

  private:
    static constexpr std::chrono::nanoseconds shortestPause{500};
    static constexpr std::chrono::nanoseconds longestPause{8000};
    static constexpr std::chrono::nanoseconds longest{20'000};
    static constexpr int mostPassed = 255;

    /// Each look takes the pipe's lock from the other end, so the next one is to come when there is
    /// something, and later still as long as that finds more: a stream gathers, an answer does not.
    void Pause(std::chrono::nanoseconds pause, bool foundAtOnce, std::size_t amount) noexcept {
        const std::size_t before = amount_.exchange(amount, std::memory_order_relaxed);
        if (!foundAtOnce || amount == before) {
            pause = std::max(pause / 2, shortestPause);
        } else if (amount > before) {
            pause = std::min(2 * pause, longestPause);
        }
        pause_.store(static_cast<int>(pause.count()), std::memory_order_relaxed);
    }

    void Learn(bool paid) noexcept {
        const int passed = passed_.load(std::memory_order_relaxed);
        passed_.store(paid ? std::max(passed - 1, 0) : std::min(2 * passed + 1, mostPassed),
                      std::memory_order_relaxed);
        pass_.store(paid ? 0 : passed_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    }

    std::atomic<int> pause_ = 1000;        // nanoseconds before a look
    std::atomic<std::size_t> amount_ = 0;  // that the last look found
    std::atomic<int> pass_ = 0;            // waits that are to pass without a look
    std::atomic<int> passed_ = 0;  // the same after the last look in vain, less one for each that paid
};

}  // namespace System::IO::Pipes::Detail
