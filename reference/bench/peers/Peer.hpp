#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <sys/resource.h>

// One of the two processes of a measurement, which an implementation's peer is made of. A peer's arguments:
//
//     write HANDLE SIZE MILLISECONDS    writes messages of SIZE bytes for so long
//     read HANDLE SIZE                  reads until the end
//     ping IN OUT SIZE MILLISECONDS     sends a message and waits for it to come back, for so long
//     pong IN OUT SIZE                  sends back what comes
//
// Those that are given a time tell on standard output what they did in it: bytes (or round trips) and
// nanoseconds; every peer tells the nanoseconds of processor time that it took in the work, its start aside.

namespace pipects::bench {

using Clock = std::chrono::steady_clock;

/// Memory from the start of a cache line on, as copying is several times slower to anywhere else on some
/// processors: what is measured is the calls.
class Bytes {
  public:
    explicit Bytes(std::size_t size) : room_(size + line), size_(size) {}
    [[nodiscard]] std::span<unsigned char> Span() {
        void* start = room_.data();
        std::size_t space = room_.size();
        return {static_cast<unsigned char*>(std::align(line, size_, start, space)), size_};
    }

  private:
    static constexpr std::size_t line = 64;
    std::vector<unsigned char> room_;
    std::size_t size_;
};

inline long long ProcessorTime() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto nanoseconds = [](const timeval& time) {
        return time.tv_sec * 1'000'000'000LL + time.tv_usec * 1000LL;
    };
    return nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
}

template <typename End>
void ReadAll(End& end, std::span<unsigned char> bytes) {
    while (!bytes.empty()) {
        const std::size_t count = end.Read(bytes);
        if (count == 0) {
            std::exit(0);  // the other process has ended
        }
        bytes = bytes.subspan(count);
    }
}

/// Does `work` until the time is over, a part of it unmeasured first. @param work returns how much it did
template <typename Work>
void Measure(std::chrono::milliseconds time, Work&& work) {
    const auto until = [&](Clock::time_point end) {
        long long done = 0;
        do {
            done += work();
        } while (Clock::now() < end);
        return done;
    };
    until(Clock::now() + time / 4);
    const auto start = Clock::now();
    const auto before = ProcessorTime();
    const long long done = until(start + time);
    const auto took = std::chrono::nanoseconds(Clock::now() - start).count();
    std::printf("%lld %lld %lld\n", done, static_cast<long long>(took), ProcessorTime() - before);
}

/// @tparam End is made of a number and whether it writes; has Read and Write
template <typename End>
int Run(int argc, char** argv) {
    const auto number = [&](int index) { return index < argc ? std::atoi(argv[index]) : 0; };
    const std::string_view role = argc > 1 ? argv[1] : "";
    const auto size = static_cast<std::size_t>(number(role == "ping" || role == "pong" ? 4 : 3));
    Bytes memory(size);
    const std::span<unsigned char> bytes = memory.Span();
    if (role == "write") {
        End end(number(2), true);
        const int batch = size < 65536 ? 32 : 1;
        Measure(std::chrono::milliseconds(number(4)), [&] {
            for (int count = 0; count < batch; ++count) {
                end.Write(bytes);
            }
            return batch * static_cast<long long>(size);
        });
    } else if (role == "read") {
        End end(number(2), false);
        Bytes larger(std::max<std::size_t>(size, 65536));
        const std::span<unsigned char> room = larger.Span();
        long long before = -1;
        while (end.Read(room) != 0) {
            before = before < 0 ? ProcessorTime() : before;
        }
        std::printf("0 0 %lld\n", ProcessorTime() - before);
    } else if (role == "ping") {
        End in(number(2), false);
        End out(number(3), true);
        Measure(std::chrono::milliseconds(number(5)), [&] {
            out.Write(bytes);
            ReadAll(in, bytes);
            return 1LL;
        });
    } else if (role == "pong") {
        End in(number(2), false);
        End out(number(3), true);
        for (;;) {
            ReadAll(in, bytes);
            out.Write(bytes);
        }
    } else {
        std::fputs("use: write|read|ping|pong HANDLE... SIZE [MILLISECONDS]\n", stderr);
        return 2;
    }
    return 0;
}

}  // namespace pipects::bench
