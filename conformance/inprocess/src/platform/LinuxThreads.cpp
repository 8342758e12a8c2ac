#include "Proc.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <mutex>

#include <linux/futex.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/time.h>

// Threads, and the system calls that they wait in.

namespace pipects::inprocess::system {

namespace {

std::string TaskFile(int thread, const char* name) {
    return "/proc/self/task/" + std::to_string(thread) + "/" + name;
}

int OwnThread() {
    return static_cast<int>(::syscall(SYS_gettid));
}

/// Threads that watch and are not watched.
class Watchers {
  public:
    void Add(int thread) {
        const std::lock_guard lock(mutex_);
        threads_.insert(thread);
    }
    [[nodiscard]] bool Has(int thread) const {
        const std::lock_guard lock(mutex_);
        return threads_.contains(thread);
    }

  private:
    mutable std::mutex mutex_;
    std::set<int> threads_;
};
Watchers& TheWatchers() {
    static Watchers watchers;
    return watchers;
}

std::vector<int> OtherThreads() {
    auto threads = Numbers("/proc/self/task");
    std::erase_if(threads, [](int it) { return it == OwnThread() || TheWatchers().Has(it); });
    return threads;
}

struct Call {
    long number = -1;  // none: the thread runs, or has ended
    std::array<std::uint64_t, 6> arguments{};
};

/// What was woken for another processor is shown in its call until that one hears of it; its state says that
/// it runs.
bool IsWoken(int thread) {
    const auto state = Field(TaskFile(thread, "status"), "State");
    return state && state->starts_with('R');
}

Call CallOf(int thread) {
    Call call;
    std::ifstream file(TaskFile(thread, "syscall"));
    if (file >> call.number && !IsWoken(thread)) {
        for (auto& argument : call.arguments) {
            file >> std::hex >> argument;
        }
    } else {
        call.number = -1;
    }
    return call;
}

bool IsAnyOf(long number, std::initializer_list<long> calls) {
    return std::find(calls.begin(), calls.end(), number) != calls.end();
}

#if !defined(SYS_poll)  // newer machines have only the younger forms
#define SYS_poll (-2)
#define SYS_select (-2)
#define SYS_epoll_wait (-2)
#endif

bool IsTransfer(long number) {
    return IsAnyOf(number,
                   {SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_preadv2, SYS_pwritev2, SYS_splice});
}
bool IsPoll(long number) {
    return IsAnyOf(number, {SYS_poll, SYS_ppoll});
}
bool IsSelect(long number) {
    return IsAnyOf(number, {SYS_select, SYS_pselect6});
}
bool IsEpoll(long number) {
    return IsAnyOf(number, {SYS_epoll_wait, SYS_epoll_pwait, SYS_epoll_pwait2});
}

std::string NameOf(long number) {
    return IsTransfer(number)    ? number == SYS_read || number == SYS_readv ? "read" : "write"
           : IsPoll(number)      ? "poll"
           : IsSelect(number)    ? "select"
           : IsEpoll(number)     ? "epoll_wait"
           : number == SYS_futex ? "futex"
           : number < 0          ? "running"
                                 : "system call " + std::to_string(number);
}

/// Memory of this process as the system sees it: the thread that owns it may be leaving meanwhile.
template <typename T>
std::vector<T> Memory(std::uint64_t address, std::size_t count) {
    constexpr std::size_t most = 4096;
    std::vector<T> elements(std::min(count, most));
    const Descriptor memory("/proc/self/mem", O_RDONLY);
    const auto size =
        ::pread(memory.Number(), elements.data(), elements.size() * sizeof(T), static_cast<off_t>(address));
    elements.resize(size < 0 ? 0 : static_cast<std::size_t>(size) / sizeof(T));
    return elements;
}

void AddMembers(std::uint64_t address, std::size_t count, std::vector<int>& descriptors) {
    constexpr std::size_t bits = 8 * sizeof(unsigned long);
    const auto words = Memory<unsigned long>(address, (count + bits - 1) / bits);
    for (std::size_t i = 0; i < words.size() * bits; ++i) {
        if ((words[i / bits] >> (i % bits) & 1U) != 0) {
            descriptors.push_back(static_cast<int>(i));
        }
    }
}

/// The descriptors that a system call waits for.
std::vector<int> WaitedFor(const Call& call) {
    std::vector<int> descriptors;
    const auto& [first, second, third, fourth, fifth, sixth] = call.arguments;
    if (IsTransfer(call.number)) {
        descriptors.push_back(static_cast<int>(first));
    } else if (IsPoll(call.number)) {
        for (const pollfd& entry : Memory<pollfd>(first, second)) {
            if (entry.fd >= 0 && entry.events != 0) {
                descriptors.push_back(entry.fd);
            }
        }
    } else if (IsSelect(call.number)) {
        for (const auto address : {second, third, fourth}) {
            if (address != 0) {
                AddMembers(address, first, descriptors);
            }
        }
    } else if (IsEpoll(call.number)) {
        std::ifstream file("/proc/self/fdinfo/" + std::to_string(first));
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with("tfd:")) {
                descriptors.push_back(std::stoi(line.substr(4)));
            }
        }
    }
    return descriptors;
}

/// Context switches of every other thread; nothing if one of them runs.
std::optional<std::map<int, std::string>> Switches() {
    std::map<int, std::string> seen;
    for (const int thread : OtherThreads()) {
        const std::string file = TaskFile(thread, "status");
        const auto state = Field(file, "State");
        const auto given = Field(file, "voluntary_ctxt_switches");
        const auto taken = Field(file, "nonvoluntary_ctxt_switches");
        if (!state || !state->starts_with("S") || !given || !taken) {
            return std::nullopt;
        }
        seen[thread] = *given + " " + *taken;
    }
    return seen;
}

bool HasTimeout(const Call& call) {
    const auto& [first, second, third, fourth, fifth, sixth] = call.arguments;
    return IsTransfer(call.number)           ? false
           : call.number == SYS_ppoll        ? third != 0
           : IsPoll(call.number)             ? static_cast<int>(third) >= 0
           : call.number == SYS_epoll_pwait2 ? fourth != 0
           : IsEpoll(call.number)            ? static_cast<int>(fourth) >= 0
           : IsSelect(call.number)           ? fifth != 0
           : call.number == SYS_futex        ? fourth != 0
                                             : true;  // of what is not known here a clock may be a part
}

bool IsFutexWait(const Call& call) {
    const auto operation = call.arguments[1] & FUTEX_CMD_MASK;
    return call.number == SYS_futex && (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET);
}

/// Whether it is a pipe that a thread's transfer waits for: its number may be closed, or something else's, by
/// now.
bool IsInPipe(int thread) {
    std::string place;
    std::ifstream(TaskFile(thread, "wchan")) >> place;
    return place.find("pipe_") != std::string::npos;
}

/// Whether nobody but this process can end the wait.
bool WaitsForItself(int thread) {
    const Call call = CallOf(thread);
    if (HasTimeout(call)) {
        return false;
    }
    if (IsFutexWait(call) || (IsTransfer(call.number) && IsInPipe(thread))) {
        return true;
    }
    const auto descriptors = WaitedFor(call);
    return !descriptors.empty() && std::all_of(descriptors.begin(), descriptors.end(), [](int descriptor) {
        const std::string target = DescriptorTarget(descriptor).value_or("");
        return target.starts_with("pipe:") || target == "anon_inode:[eventfd]";
    });
}

bool HasTimers() {
    itimerval alarm{};
    std::ifstream timers("/proc/self/timers");
    return ::getitimer(ITIMER_REAL, &alarm) != 0 || alarm.it_value.tv_sec != 0 ||
           alarm.it_value.tv_usec != 0 || timers.peek() != std::ifstream::traits_type::eof();
}

}  // namespace

std::size_t ThreadCount() {
    return Numbers("/proc/self/task").size();
}

std::optional<Proof> Blocked(const Pipes& pipes, std::size_t calls) {
    std::vector<Proof> direct;
    std::optional<Proof> shared;
    for (const int thread : OtherThreads()) {
        const Call call = CallOf(thread);
        const auto waited = WaitedFor(call);
        const auto found = std::find_if(waited.begin(), waited.end(), [&](int descriptor) {
            const auto pipe = PipeOf(descriptor);
            return pipe && pipes.contains(*pipe);
        });
        if (found != waited.end()) {
            Proof proof{"strong",
                        "thread " + std::to_string(thread) + " waits in " + NameOf(call.number) +
                            " on descriptor " + std::to_string(*found),
                        thread};
            if (IsEpoll(call.number)) {
                shared = proof;
            } else {
                direct.push_back(proof);
            }
        }
    }
    if (!direct.empty() && direct.size() >= calls) {
        return direct.back();
    }
    return shared && AtRest() ? shared : std::nullopt;  // an epoll's set may hold the pipe for ever
}

bool AtRest() {
    const auto first = Switches();
    if (!first) {
        return false;
    }
    Pause();
    Pause();
    return Switches() == first;
}

bool Standstill::Lasts(double seconds) {
    const auto now = std::chrono::steady_clock::now();
    const auto others = OtherThreads();
    auto found = Switches();
    if (!std::all_of(others.begin(), others.end(), WaitsForItself) || HasTimers()) {
        found.reset();
    }
    if (!found || found != seen_) {
        seen_ = found;
        since_ = now;
    }
    return seen_ && now - since_ >= std::chrono::duration<double>(seconds);
}

std::vector<std::string> Situation() {
    std::vector<std::string> lines;
    for (const int thread : Numbers("/proc/self/task")) {
        if (thread == OwnThread() || TheWatchers().Has(thread)) {
            continue;
        }
        std::string name;
        std::ifstream file(TaskFile(thread, "comm"));
        std::getline(file, name);
        const Call call = CallOf(thread);
        std::string line = "thread " + std::to_string(thread) + " (" + name + "): " + NameOf(call.number);
        for (const int descriptor : WaitedFor(call)) {
            line += " on " + std::to_string(descriptor) + " (" +
                    DescriptorTarget(descriptor).value_or("closed") + ")";
        }
        lines.push_back(line);
    }
    return lines;
}

void PassOverThisThread() {
    TheWatchers().Add(OwnThread());
}

namespace {

/// Whether SIGUSR1 is among a thread's signals of a kind: `SigPnd`, `SigBlk`; nothing if the thread is gone.
std::optional<bool> HasInterrupt(int thread, const char* kind) {
    constexpr int hexadecimal = 16;
    const auto signals = Field(TaskFile(thread, "status"), kind);
    if (!signals) {
        return std::nullopt;
    }
    return (std::stoull(*signals, nullptr, hexadecimal) >> (SIGUSR1 - 1) & 1U) != 0;
}

}  // namespace

void Interrupt(std::optional<int> thread) {
    constexpr double patience = 5;
    std::vector<int> open = OtherThreads();
    std::erase_if(open, [](int each) { return HasInterrupt(each, "SigBlk").value_or(true); });
    // the thread that waits for all calls may take none
    const bool takes = thread && std::find(open.begin(), open.end(), *thread) != open.end();
    for (const int target : takes ? std::vector<int>{*thread} : open) {
        if (::syscall(SYS_tgkill, ::getpid(), target, SIGUSR1) != 0) {
            throw NotObservable("tgkill: " + std::generic_category().message(errno));
        }
        if (!Comes([target] { return !HasInterrupt(target, "SigPnd").value_or(false); }, patience)) {
            throw NotObservable("thread " + std::to_string(target) + " does not take its signal");
        }
    }
}

}  // namespace pipects::inprocess::system
