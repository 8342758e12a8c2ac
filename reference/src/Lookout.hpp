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
/// best one is taken; another one only as often as it costs a small share of the time. Where others want the
/// processor, all but Sleep may lose a slice of the scheduler's time at once, which a short trial seldom
/// shows: one such loss, and the way rests. Threads: any; a count that is lost costs nothing but a choice.
class Lookout {
  public:
    enum class Way : std::uint8_t { Watch, Gather, Yield, Sleep };

    [[nodiscard]] Way Choice() const noexcept { return choice_.load(std::memory_order_relaxed); }
    /// Whether the other end seems to be at work on another processor.
    [[nodiscard]] bool Looks() const noexcept { return Choice() == Way::Watch || Choice() == Way::Gather; }

    void Moved(std::size_t bytes) noexcept {
        moved_.store(moved_.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
    }

    /// Calls `look`, in the way chosen, until it finds something, or too often.
    /// @param look returns whether it has found something
    /// @return whether something was found
    template <typename Look>
    bool Find(Look&& look) noexcept {
        switch (Choice()) {
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

    /// A wait has ended, in the way that Choice told: makes the next choice.
    void Learn() noexcept {
        const std::int64_t now = Clock::now().time_since_epoch().count();
        const std::int64_t took = now - began_.load(std::memory_order_relaxed);
        if (took < shortestTrial) {
            return;
        }
        began_.store(now, std::memory_order_relaxed);
        const std::size_t moved = moved_.exchange(0, std::memory_order_relaxed);
        if (took < longestTrial) {  // else nothing was to be had: it tells nothing of the way
            Count(moved, took, now);
        }
        choice_.store(Best(now), std::memory_order_relaxed);
    }

  private:
    using Clock = std::chrono::steady_clock;

    struct Worth {
        /// A better trial counts at once, a worse one little: the other end, which tries its ways, too, may
        /// have spoilt it.
        void Add(std::size_t moved, std::int64_t took) noexcept {
            const float trial = static_cast<float>(moved) / static_cast<float>(took);
            const float known = rate.load(std::memory_order_relaxed);
            rate.store(trial > known ? trial : known + (trial - known) / 8, std::memory_order_relaxed);
            const std::int64_t last = rest.load(std::memory_order_relaxed);
            rest.store(std::max<std::int64_t>(last - took, 0), std::memory_order_relaxed);
        }
        /// Each rest is longer than the one before, until the way has done well for as long as that.
        void Rest(std::int64_t now, std::int64_t shortest) noexcept {
            const std::int64_t last = rest.load(std::memory_order_relaxed);
            const std::int64_t time = std::clamp(2 * last, shortest, longestRest);
            rest.store(time, std::memory_order_relaxed);
            rate.store(0, std::memory_order_relaxed);
            next.store(now + time, std::memory_order_relaxed);
        }

        std::atomic<float> rate = 0;         // bytes in a nanosecond
        std::atomic<std::int64_t> next = 0;  // when it may be tried although it is not the best
        std::atomic<std::int64_t> rest = 0;  // the last one, less the time in which it has done well since
    };

    static constexpr std::array ways{Way::Watch, Way::Gather, Way::Yield, Way::Sleep};
    static constexpr std::chrono::nanoseconds shortPause{500};
    static constexpr std::chrono::nanoseconds longPause{8000};
    static constexpr std::chrono::nanoseconds longest{20'000};
    static constexpr int mostYields = 3;
    static constexpr std::int64_t shortestTrial = 200'000;
    static constexpr std::int64_t longestTrial = 20'000'000;
    static constexpr std::int64_t rarity = 100;
    static constexpr std::chrono::nanoseconds longestLook{500'000};  // a slice of the scheduler's is longer
    static constexpr std::int64_t longestUndisturbed = 1'000'000;    // of a trial
    static constexpr std::int64_t shortestRest = 100'000'000;
    static constexpr std::int64_t shortestRestOfYield = 25'000'000;  // which gains less, and loses less
    static constexpr std::int64_t longestRest = 3'200'000'000;

    [[nodiscard]] Worth& Of(Way way) noexcept { return worths_[static_cast<std::size_t>(way)]; }

    void Count(std::size_t moved, std::int64_t took, std::int64_t now) noexcept {
        const Way way = Choice();
        if (way == Way::Sleep || took <= longestUndisturbed) {
            Of(way).Add(moved, took);
            Of(way).next.store(now + rarity * took, std::memory_order_relaxed);
        } else if (way == Way::Yield) {
            Of(way).Rest(now, shortestRestOfYield);
        } else {
            Of(Way::Watch).Rest(now, shortestRest);
            Of(Way::Gather).Rest(now, shortestRest);
        }
    }

    [[nodiscard]] Way Best(std::int64_t now) const noexcept {
        Way best = Way::Watch;
        float most = -1;
        for (const Way way : ways) {
            const Worth& worth = worths_[static_cast<std::size_t>(way)];
            if (worth.next.load(std::memory_order_relaxed) < now) {
                return way;
            }
            if (const float rate = worth.rate.load(std::memory_order_relaxed); rate > most) {
                most = rate;
                best = way;
            }
        }
        return best;
    }

    template <typename Look>
    bool Watch(Look& look, std::chrono::nanoseconds pause) noexcept {
        const auto start = Clock::now();
        auto now = start;
        bool found = false;
        do {
            const auto next = now + pause;
            while ((now = Clock::now()) < next) {
            }
            found = look();
        } while (!found && now - start < longest);
        EndIfLost(now - start);
        return found;
    }

    template <typename Look>
    bool Yield(Look& look) noexcept {
        const auto start = Clock::now();
        for (int count = 0; count < mostYields; ++count) {
            std::this_thread::yield();
            const bool isLost = EndIfLost(Clock::now() - start);
            if (look()) {
                return true;
            }
            if (isLost) {
                break;
            }
        }
        return false;
    }

    /// @param took how long the looking has taken, which should have been short
    /// @return whether the processor was lost to others meanwhile: the trial is over
    bool EndIfLost(std::chrono::nanoseconds took) noexcept {
        if (took < longestLook) {
            return false;
        }
        const std::int64_t now = Clock::now().time_since_epoch().count();
        const std::int64_t began = began_.exchange(now, std::memory_order_relaxed);
        Count(moved_.exchange(0, std::memory_order_relaxed), std::max(now - began, longestUndisturbed + 1),
              now);
        choice_.store(Best(now), std::memory_order_relaxed);
        return true;
    }

    std::atomic<Way> choice_ = Way::Watch;
    std::atomic<std::int64_t> began_ = 0;  // the trial of the choice
    std::atomic<std::size_t> moved_ = 0;   // since
    std::array<Worth, ways.size()> worths_;
};

}  // namespace System::IO::Pipes::Detail
