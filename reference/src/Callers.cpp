#include "Callers.hpp"

#include "Os.hpp"
#include "PerProcess.hpp"

#include <system_error>
#include <utility>

namespace System::IO::Pipes::Detail {

Callers& Callers::Instance() {
    return PerProcess<Callers>::Instance();
}

void Callers::Run(std::function<void()> call) {
    std::unique_lock lock(mutex_);
    calls_.push_back(std::move(call));
    if (calls_.size() <= idle_) {
        due_.notify_one();
        return;
    }
    try {
        Os::StartThread([this] { Serve(); }).detach();
    } catch (const std::system_error&) {
        const auto here = std::move(calls_.back());
        calls_.pop_back();
        lock.unlock();
        here();
    }
}

void Callers::Serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (calls_.empty()) {
            if (idle_ > 0) {
                return;
            }
            ++idle_;
            due_.wait(lock, [this] { return !calls_.empty(); });
            --idle_;
        }
        auto call = std::move(calls_.front());
        calls_.pop_front();
        lock.unlock();
        call();
        call = nullptr;  // not under the lock: its end may be that of whatever the user keeps in it
        lock.lock();
    }
}

}  // namespace System::IO::Pipes::Detail
