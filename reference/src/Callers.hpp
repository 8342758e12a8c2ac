#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace System::IO::Pipes::Detail {

/// The threads on which callbacks run, as many as are under way: one that waits holds up neither another nor
/// an operation. The last that has nothing to do stays for the next callback; none is waited for at exit.
class Callers {
  public:
    /// Those of this process: a child that was forked without exec has its own.
    static Callers& Instance();

    Callers() = default;
    Callers(const Callers&) = delete;
    Callers& operator=(const Callers&) = delete;
    Callers(Callers&&) = delete;
    Callers& operator=(Callers&&) = delete;
    ~Callers() = default;

    /// Has `call` run by a thread that is in no other call; by this one where the system has no thread left.
    void Run(std::function<void()> call);

  private:
    void Serve();

    std::mutex mutex_;
    std::condition_variable due_;
    std::deque<std::function<void()>> calls_;
    std::size_t idle_ = 0;
};

}  // namespace System::IO::Pipes::Detail
