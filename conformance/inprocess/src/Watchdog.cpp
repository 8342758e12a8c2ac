#include <pipects/inprocess/Observe.hpp>
#include <pipects/inprocess/Watchdog.hpp>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace pipects::inprocess {

Patience::Patience() : endless_(std::getenv("PIPECTS_NO_DEADLINE") != nullptr) {
    if (const char* scale = std::getenv("PIPECTS_TIMEOUT_SCALE")) {
        scale_ = std::strtod(scale, nullptr);
    }
}

Watchdog::Watchdog() : thread_([this] { Run(); }) {}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        changed_.notify_one();
    }
    thread_.join();
}

void Watchdog::Arm(double seconds, std::function<std::string()> say) {
    const std::lock_guard lock(mutex_);
    until_ =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    say_ = std::move(say);
}

void Watchdog::Disarm() {
    const std::lock_guard lock(mutex_);
    until_.reset();
}

void Watchdog::Run() {
    constexpr auto betweenLooks =
        std::chrono::milliseconds(50);  // not woken by Arm: thousands of requests are
    system::PassOverThisThread();
    std::unique_lock lock(mutex_);
    std::optional<Clock::time_point> seen;  // the request that was there at the last look, by its deadline
    system::Standstill standstill;
    while (!ending_) {
        changed_.wait_for(lock, betweenLooks, [this] { return ending_; });
        if (patience_.IsEndless() || !until_) {
            continue;
        }
        if (std::exchange(seen, until_) != until_) {
            standstill = {};
        }
        if (Clock::now() > *until_ || standstill.Lasts(patience_.Standstill())) {
            const std::string text = say_();
            std::fprintf(stderr, "%s\n", text.c_str());
            std::fflush(nullptr);
            system::Abort();
        }
    }
}

}  // namespace pipects::inprocess
