#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace System::IO::Pipes::Detail {

/// How a thread that has to wait for a pipe does so: which way has moved most bytes in a time.
///
/// - Watch: it looks again and again for a short while. If the pipe's other end is at work on another
///   processor, what the wait is for comes sooner than a sleeping thread is woken; a long write goes in
///   pieces that the reader takes out meanwhile.
/// - Gather: the same, with longer pauses. Each look takes the pipe's lock from the other end: an answer is
///   there at once, of a stream there is more later.
/// - Yield: it lets others run and looks then. If both ends share a processor, or others want it, the other
///   end has moved much by then, and nobody had to be woken.
/// - Sleep: it is woken. The only way that takes no processor time; the others end in it.
///
/// What a way is worth shows in the time from the end of one wait to that of the next, work included. The
/// best one is taken; another one only as often as it costs a small share of the time. Threads: any; a count
/// that is lost costs nothing but a choice.
class Lookout {
  public:
    enum class Way : std::uint8_t { Watch, Gather, Yield, Sleep };

    [[nodiscard]] Way Choice() const noexcept { return choice_.load(std::memory_order_relaxed); }
    /// Whether the other end seems to be at work on another processor.
    [[nodiscard]] bool Looks() const noexcept { return Choice() == Way::Watch || Choice() == Way::Gather; }

    /// Whether a call that need not try before it waits had better not: the last ones have tried in vain,
    /// each for a call of the system. Now and then one tries, to see.
    [[nodiscard]] bool ExpectsNothing() noexcept {
        if (Looks() || vain_.load(std::memory_order_relaxed) < enoughInVain) {
            return false;
        }
        const unsigned untried = untried_.load(std::memory_order_relaxed) + 1;
        untried_.store(untried, std::memory_order_relaxed);
        return untried % triesAgain != 0;
    }
    /// A call has tried before it waits.
    void Tried(bool inVain) noexcept {
        vain_.store(inVain ? vain_.load(std::memory_order_relaxed) + 1 : 0, std::memory_order_relaxed);
    }

    void Moved(std::size_t bytes) noexcept {
        moved_.store(moved_.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
    }

    /// Calls `look` until it finds something, or too often.
    /// @param look returns whether it has found something
    /// @return whether something was found
    template <typename Look>
    bool Find(Way way, Look&& look) noexcept {
        switch (way) {
            case Way::Watch:
                return Watch(look, shortPause);
            case Way::Gather:
                return Watch(look, longPause);
            case Way::Yield:
                return Yield(look);
            default:
                return false;
        }
    }

    /// A wait, or a piece of a long write, has ended in the way that Choice told: makes the next choice.
    void Learn() noexcept {
        const std::int64_t now = Clock::now().time_since_epoch().count();
        const std::int64_t took = now - began_.load(std::memory_order_relaxed);
        if (took < shortestTrial) {
            return;
        }
        began_.store(now, std::memory_order_relaxed);
        const std::size_t moved = moved_.exchange(0, std::memory_order_relaxed);
        if (took < longestTrial) {  // else nothing was to be had: it tells nothing of the way
            Worth& worth = worths_[static_cast<std::size_t>(Choice())];
            worth.Add(moved, took);
            worth.next.store(now + rarity * took, std::memory_order_relaxed);
        }
        choice_.store(Best(now), std::memory_order_relaxed);
    }

  private:
    using Clock = std::chrono::steady_clock;

    struct Worth {
        /// A better trial counts at once, a worse one little: the other end, which tries its ways, too, may
        /// have spoilt it. One that is many times worse tells of another machine: others want the processor.
        void Add(std::size_t moved, std::int64_t took) noexcept {
            const float trial = static_cast<float>(moved) / static_cast<float>(took);
            const float known = rate.load(std::memory_order_relaxed);
            const float share = trial > known ? 1 : trial > known / 4 ? 0.125F : 0.5F;
            rate.store(known + (trial - known) * share, std::memory_order_relaxed);
        }

        std::atomic<float> rate = 0;         // bytes in a nanosecond
        std::atomic<std::int64_t> next = 0;  // when it may be tried although it is not the best
    };

    static constexpr std::array ways{Way::Watch, Way::Gather, Way::Yield, Way::Sleep};
    static constexpr std::chrono::nanoseconds shortPause{500};
    static constexpr std::chrono::nanoseconds longPause{8000};
    static constexpr std::chrono::nanoseconds longest{20'000};
    static constexpr int mostYields = 3;
    static constexpr std::chrono::nanoseconds longestYield{500'000};
    static constexpr std::int64_t shortestTrial = 200'000;
    static constexpr std::int64_t longestTrial = 20'000'000;
    static constexpr std::int64_t rarity = 100;
    /// By how much another way has to beat sleep: where others want the processors both ends get little,
    /// whatever one of them does, until both sleep.
    static constexpr float isClearlyBetter = 1.2F;
    static constexpr unsigned enoughInVain = 8;
    static constexpr unsigned triesAgain = 16;

    [[nodiscard]] Way Best(std::int64_t now) const noexcept {
        Way best = Way::Watch;
        float most = -1;
        for (const Way way : ways) {
            const Worth& worth = worths_[static_cast<std::size_t>(way)];
            if (worth.next.load(std::memory_order_relaxed) < now) {
                return way;
            }
            const float clearly = way == Way::Sleep ? isClearlyBetter : 1;
            if (const float rate = clearly * worth.rate.load(std::memory_order_relaxed); rate > most) {
                most = rate;
                best = way;
            }
        }
        return best;
    }

    template <typename Look>
    static bool Watch(Look& look, std::chrono::nanoseconds pause) noexcept {
        const auto start = Clock::now();
        auto now = start;
        do {
            const auto next = now + pause;
            while ((now = Clock::now()) < next) {
            }
            if (look()) {
                return true;
            }
        } while (now - start < longest);
        return false;
    }

    template <typename Look>
    static bool Yield(Look& look) noexcept {
        const auto start = Clock::now();
        for (int count = 0; count < mostYields && Clock::now() - start < longestYield; ++count) {
            std::this_thread::yield();
            if (look()) {
                return true;
            }
        }
        return false;
    }

    std::atomic<Way> choice_ = Way::Watch;
    std::atomic<std::int64_t> began_ = 0;  // the trial of the choice
    std::atomic<std::size_t> moved_ = 0;   // since
    std::array<Worth, ways.size()> worths_;
    std::atomic<unsigned> vain_ = 0;  // tries in a row
    std::atomic<unsigned> untried_ = 0;
};

}  // namespace System::IO::Pipes::Detail
