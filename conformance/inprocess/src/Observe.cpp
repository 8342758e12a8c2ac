#include <pipects/inprocess/Observe.hpp>

#include <chrono>
#include <thread>

// The part that every platform shares.

namespace pipects::inprocess::system {

std::string End::Kind() const {
    return std::string(writes ? "write" : "read") + (inheritable ? " inheritable" : "") +
           (nonblocking ? " nonblocking" : "");
}

void Pause() {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

bool Comes(const std::function<bool()>& state, double seconds) {
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + std::chrono::duration<double>(seconds);
    while (!state()) {
        if (Clock::now() > until) {
            return false;
        }
        Pause();
    }
    return true;
}

}  // namespace pipects::inprocess::system
