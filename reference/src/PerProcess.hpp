#pragma once

#include "Os.hpp"

#include <atomic>
#include <memory>

namespace System::IO::Pipes::Detail {

/// How many forks this process is away from the first one: what was made under another number is a parent's,
/// too.
[[nodiscard]] inline unsigned ForkGeneration() noexcept {
    static std::atomic<unsigned> generation = 0;
    static const bool counted = (Os::InForkedChildren([] { ++generation; }), true);
    static_cast<void>(counted);
    return generation.load(std::memory_order_relaxed);
}

/// One T for each process: a child that was forked makes its own when it asks for it. What it has from its
/// parent, locks of threads that it does not have among it, is left alone. No T is ever destroyed: a static
/// stream may outlive every other static object.
template <typename T>
class PerProcess {
  public:
    static T& Instance() {
        T* known = Known();
        if (known == nullptr) {
            static const bool setAside =
                (Os::InForkedChildren([] { parents_ = instance_.exchange(nullptr); }), true);
            static_cast<void>(setAside);
            auto made = std::make_unique<T>();
            if (instance_.compare_exchange_strong(known, made.get())) {
                known = made.release();
            }
        }
        return *known;
    }

    /// @return null if this process has not made one
    [[nodiscard]] static T* Known() noexcept { return instance_.load(std::memory_order_acquire); }

  private:
    inline static std::atomic<T*> instance_ = nullptr;
    inline static std::atomic<T*> parents_ = nullptr;  // what looks for leaks finds it here
};

}  // namespace System::IO::Pipes::Detail
