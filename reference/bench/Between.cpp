// What the library costs between two processes, beside others: throughput, round trips and processor time, on
// an idle machine, on a busy one, and with both processes on one processor. tools/bench.sh runs it, all rows
// interleaved, and makes the table.
//
// An implementation is a peer: a program that does one side of the work (peers/Peer.hpp). PIPECTS_PEERS names
// them, one a line: name, tab, the command with its arguments separated by blanks.

#include <benchmark/benchmark.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

namespace {

using Words = std::vector<std::string>;

struct Peer {
    std::string name;
    Words command;
};

[[noreturn]] void Fail(const std::string& what) {
    throw std::runtime_error(what);
}

std::vector<Peer> Peers() {
    const char* const file = std::getenv("PIPECTS_PEERS");
    std::ifstream lines(file != nullptr ? file : "");
    std::vector<Peer> peers;
    for (std::string line; std::getline(lines, line);) {
        const auto tab = line.find('\t');
        std::istringstream words(line.substr(tab + 1));
        Peer peer{line.substr(0, tab), {}};
        for (std::string word; words >> word;) {
            peer.command.push_back(word);
        }
        peers.push_back(std::move(peer));
    }
    return peers;
}

/// The two ends of a pipe, which processes that are started inherit.
struct Pipe {
    Pipe() {
        if (::pipe(ends.data()) != 0) {
            Fail("no pipe");
        }
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    Pipe(Pipe&&) = delete;
    Pipe& operator=(Pipe&&) = delete;
    ~Pipe() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    std::array<int, 2> ends{};
};

/// A process that tells its figures on standard output.
class Process {
  public:
    /// @param closes what it is not to inherit
    Process(const Peer& peer, const Words& arguments, const std::vector<int>& closes) {
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, told_.ends[1], STDOUT_FILENO);
        for (const int number : closes) {
            posix_spawn_file_actions_addclose(&actions, number);
        }
        for (const int number : told_.ends) {
            posix_spawn_file_actions_addclose(&actions, number);
        }
        Words words = peer.command;
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> pointers;
        for (std::string& word : words) {
            pointers.push_back(word.data());
        }
        pointers.push_back(nullptr);
        const int error = ::posix_spawnp(&id_, pointers.front(), &actions, nullptr, pointers.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        if (error != 0) {
            Fail("can't start " + words.front());
        }
        ::close(std::exchange(told_.ends[1], ::dup(STDERR_FILENO)));
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    Process(Process&&) = delete;
    Process& operator=(Process&&) = delete;
    ~Process() {
        if (id_ > 0) {
            ::kill(id_, SIGKILL);
            ::waitpid(id_, nullptr, 0);
        }
    }

    struct Figures {
        double done = 0;
        double nanoseconds = 0;
        double processor = 0;
    };
    /// Waits for its end.
    Figures Finish() {
        std::string text;
        std::array<char, 256> part{};
        for (ssize_t count = 0; (count = ::read(told_.ends[0], part.data(), part.size())) > 0;) {
            text.append(part.data(), static_cast<std::size_t>(count));
        }
        ::waitpid(id_, nullptr, 0);
        id_ = 0;
        Figures figures;
        std::istringstream(text) >> figures.done >> figures.nanoseconds >> figures.processor;
        return figures;
    }

  private:
    Pipe told_;
    pid_t id_ = 0;
};

enum class Load { Idle, Busy, OneCore };

/// What else the machine does while it lives.
class Surroundings {
  public:
    explicit Surroundings(Load load) {
        ::sched_getaffinity(0, sizeof before_, &before_);
        if (load == Load::OneCore) {
            cpu_set_t one;
            CPU_ZERO(&one);
            for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
                if (CPU_ISSET(cpu, &before_)) {
                    CPU_SET(cpu, &one);
                    break;
                }
            }
            ::sched_setaffinity(0, sizeof one, &one);
        }
        for (int count = 0; load == Load::Busy && count < CPU_COUNT(&before_); ++count) {
            const pid_t child = ::fork();
            if (child == 0) {
                for (std::uint64_t spin = 0;; ++spin) {
                    benchmark::DoNotOptimize(spin);
                }
            }
            hogs_.push_back(child);
        }
    }
    Surroundings(const Surroundings&) = delete;
    Surroundings& operator=(const Surroundings&) = delete;
    Surroundings(Surroundings&&) = delete;
    Surroundings& operator=(Surroundings&&) = delete;
    ~Surroundings() {
        for (const pid_t hog : hogs_) {
            ::kill(hog, SIGKILL);
            ::waitpid(hog, nullptr, 0);
        }
        ::sched_setaffinity(0, sizeof before_, &before_);
    }

  private:
    cpu_set_t before_{};
    std::vector<pid_t> hogs_;
};

int Milliseconds() {
    const char* const text = std::getenv("PIPECTS_BENCH_MILLISECONDS");
    return text != nullptr ? std::atoi(text) : 60;
}

void Report(benchmark::State& state, const Process::Figures& measured, double otherProcessor) {
    if (measured.done <= 0) {
        state.SkipWithError("a peer told nothing");
        return;
    }
    state.SetIterationTime(measured.nanoseconds / 1e9);
    state.counters["each_ns"] = measured.nanoseconds / measured.done;
    state.counters["processor_ns"] = (measured.processor + otherProcessor) / measured.done;
}

void Stream(benchmark::State& state, const Peer& peer, Load load, int size) {
    for ([[maybe_unused]] auto _ : state) {
        const Surroundings surroundings(load);  // before there is a pipe that its processes would hold open
        Pipe pipe;
        Process reader(peer, {"read", std::to_string(pipe.ends[0]), std::to_string(size)}, {pipe.ends[1]});
        Process writer(
            peer,
            {"write", std::to_string(pipe.ends[1]), std::to_string(size), std::to_string(Milliseconds())},
            {pipe.ends[0]});
        for (int& end : pipe.ends) {
            ::close(std::exchange(end, ::dup(STDERR_FILENO)));
        }
        const auto measured = writer.Finish();
        Report(state, measured, reader.Finish().processor / 1.25);  // which has seen the warming up, too
    }
}

void PingPong(benchmark::State& state, const Peer& peer, Load load, int size) {
    for ([[maybe_unused]] auto _ : state) {
        const Surroundings surroundings(load);
        Pipe there;
        Pipe back;
        Process pong(
            peer, {"pong", std::to_string(there.ends[0]), std::to_string(back.ends[1]), std::to_string(size)},
            {there.ends[1], back.ends[0]});
        Process ping(peer,
                     {"ping", std::to_string(back.ends[0]), std::to_string(there.ends[1]),
                      std::to_string(size), std::to_string(Milliseconds())},
                     {there.ends[0], back.ends[1]});
        const auto measured = ping.Finish();
        Report(state, measured, measured.processor);  // the other one does the same
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<Peer> peers = Peers();
    if (peers.empty()) {
        std::fputs("pipects-reference-between: PIPECTS_PEERS names no file with peers\n", stderr);
        return 2;
    }
    constexpr std::array<std::pair<Load, const char*>, 3> loads{
        {{Load::Idle, "idle"}, {Load::Busy, "busy"}, {Load::OneCore, "one core"}}};
    constexpr std::array<std::pair<int, const char*>, 5> sizes{
        {{1, "1 B"}, {64, "64 B"}, {4096, "4 KiB"}, {65536, "64 KiB"}, {1 << 20, "1 MiB"}}};
    for (const auto& [load, surroundings] : loads) {
        for (const Peer& peer : peers) {
            const auto add = [&, load = load](const std::string& work, auto function, int size) {
                benchmark::RegisterBenchmark(
                    (std::string(surroundings) + '|' + work + '|' + peer.name).c_str(), function, peer, load,
                    size)
                    ->Iterations(1)
                    ->UseManualTime();
            };
            for (const auto& [size, text] : sizes) {
                add(text, Stream, size);
            }
            add("ping-pong", PingPong, 1);
        }
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
