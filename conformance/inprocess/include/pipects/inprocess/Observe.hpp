#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

// What a process can see of itself through its operating system, with the harness's own words for it
// (pipects/observe). One file a platform: src/platform/.

namespace pipects::inprocess::system {

/// The platform does not show this, or refuses to: never a pass.
class NotObservable : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Names a pipe, whatever numbers its descriptors have.
using Pipe = std::uint64_t;
using Pipes = std::set<Pipe>;

/// A descriptor that is one end of a pipe.
struct End {
    bool writes;
    bool inheritable;
    bool nonblocking;
    Pipe pipe;
    int descriptor;

    /// As cases write it: `read`, `write inheritable`, …
    [[nodiscard]] std::string Kind() const;
};

/// That a call waits on a pipe, and how that was shown.
struct Proof {
    std::string
        strength;  // `strong`: a thread was seen in a system call on that pipe; `weak`: all was at rest
    std::string detail;
    std::optional<int> thread;
};

/// Every pipe end of this process, but for its standard streams.
[[nodiscard]] std::vector<End> PipeEnds();
[[nodiscard]] std::size_t HandleCount();
/// What a descriptor is open on, nothing if it is closed.
[[nodiscard]] std::optional<std::string> DescriptorTarget(int descriptor);
[[nodiscard]] std::optional<Pipe> PipeOf(int descriptor);
/// Another descriptor for the same, inherited by children as the first is; -1 if it is not open.
[[nodiscard]] int Duplicate(int descriptor);
/// Bytes in the pipe, and bytes that it can hold. Both open its reading side for a moment.
[[nodiscard]] std::int64_t Unread(Pipe pipe);
[[nodiscard]] std::int64_t Capacity(Pipe pipe);

[[nodiscard]] std::size_t ThreadCount();
/// Proof that `calls` calls of other threads wait on the pipes, or nothing.
[[nodiscard]] std::optional<Proof> Blocked(const Pipes& pipes, std::size_t calls);
/// Whether every other thread sleeps in two looks, and none has run between them.
[[nodiscard]] bool AtRest();
/// Looks whether anything can still come: every thread waits, but for those that look, and none of them for a
/// clock or for what another process could do.
class Standstill {
  public:
    /// Takes a look. @return whether all looks of the last `seconds` have found the same
    [[nodiscard]] bool Lasts(double seconds);

  private:
    std::optional<std::map<int, std::string>> seen_;
    std::chrono::steady_clock::time_point since_;
};
/// Where every thread is, a line each.
[[nodiscard]] std::vector<std::string> Situation();
/// From now on the calling thread is no part of what is observed.
void PassOverThisThread();

/// Ignored and handled signals of the process, and the blocked ones of its main thread.
[[nodiscard]] std::map<std::string, std::string> Signals();
/// Makes SIGUSR1 interrupt calls and do nothing else.
void HandleInterruptions();
/// Sends SIGUSR1 to that thread, or to every other one, and waits until it was taken.
void Interrupt(std::optional<int> thread);
/// Ends the process at once and abnormally, past whatever handles its signals.
[[noreturn]] void Abort();

/// Whether a state is there, or comes within `seconds`; looks again and again.
[[nodiscard]] bool Comes(const std::function<bool()>& state, double seconds);
/// Lets other threads run between two looks.
void Pause();

}  // namespace pipects::inprocess::system
