// What the library costs beside plain system calls, measured side by side in one run: each row alternates
// between the two, and "ratio" is the library's time over that of read and write alone.

#include <System/IO/Pipes.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace System::IO::Pipes;
using System::Byte;
using Clock = std::chrono::steady_clock;

struct Library {
    AnonymousPipeServerStream writer{PipeDirection::Out};
    AnonymousPipeClientStream reader{PipeDirection::In, writer.ClientSafePipeHandle()};

    void Write(std::span<const Byte> bytes) { writer.Write(bytes); }
    std::size_t Read(std::span<Byte> bytes) { return static_cast<std::size_t>(reader.Read(bytes)); }
};

struct Raw {
    Raw() {
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            std::abort();
        }
    }
    Raw(const Raw&) = delete;
    Raw& operator=(const Raw&) = delete;
    Raw(Raw&&) = delete;
    Raw& operator=(Raw&&) = delete;
    ~Raw() {
        ::close(ends[0]);
        ::close(ends[1]);
    }

    void Write(std::span<const Byte> bytes) {
        while (!bytes.empty()) {
            bytes = bytes.subspan(static_cast<std::size_t>(::write(ends[1], bytes.data(), bytes.size())));
        }
    }
    std::size_t Read(std::span<Byte> bytes) {
        return static_cast<std::size_t>(::read(ends[0], bytes.data(), bytes.size()));
    }

    std::array<int, 2> ends{};
};

template <typename Pipe>
void ReadAll(Pipe& pipe, std::span<Byte> bytes) {
    while (!bytes.empty()) {
        bytes = bytes.subspan(pipe.Read(bytes));
    }
}

/// Bytes that go in and come out in one thread: nobody waits, so this is the cost of the calls themselves.
template <typename Pipe>
class Straight {
  public:
    explicit Straight(std::size_t size) : bytes_(size) {}
    void operator()() {
        pipe_.Write(bytes_);
        ReadAll(pipe_, bytes_);
    }

  private:
    Pipe pipe_;
    std::vector<Byte> bytes_;
};

/// A message to another thread and back through two pipes: both sides wait each time.
template <typename Pipe>
class RoundTrip {
  public:
    explicit RoundTrip(std::size_t size) : bytes_(size), echo_([this, size] { Echo(size); }) {}
    RoundTrip(const RoundTrip&) = delete;
    RoundTrip& operator=(const RoundTrip&) = delete;
    RoundTrip(RoundTrip&&) = delete;
    RoundTrip& operator=(RoundTrip&&) = delete;
    ~RoundTrip() {
        bytes_.assign(bytes_.size(), 1);  // the last one
        (*this)();
        echo_.join();
    }
    void operator()() {
        there_.Write(bytes_);
        ReadAll(back_, bytes_);
    }

  private:
    void Echo(std::size_t size) {
        std::vector<Byte> bytes(size);
        do {
            ReadAll(there_, bytes);
            back_.Write(bytes);
        } while (bytes.front() == 0);
    }

    Pipe there_;
    Pipe back_;
    std::vector<Byte> bytes_;
    std::thread echo_;
};

template <template <typename> typename Exchange>
void Compare(benchmark::State& state) {
    const auto size = static_cast<std::size_t>(state.range(0));
    constexpr int batch = 64;
    Exchange<Library> library(size);
    Exchange<Raw> raw(size);
    Clock::duration withLibrary{};
    Clock::duration withRaw{};
    for ([[maybe_unused]] auto _ : state) {
        const auto start = Clock::now();
        for (int count = 0; count < batch; ++count) {
            library();
        }
        const auto middle = Clock::now();
        for (int count = 0; count < batch; ++count) {
            raw();
        }
        withLibrary += middle - start;
        withRaw += Clock::now() - middle;
    }
    const double exchanges = static_cast<double>(state.iterations()) * batch;
    state.counters["library_ns"] = std::chrono::duration<double, std::nano>(withLibrary).count() / exchanges;
    state.counters["raw_ns"] = std::chrono::duration<double, std::nano>(withRaw).count() / exchanges;
    state.counters["ratio"] = static_cast<double>(withLibrary.count()) / static_cast<double>(withRaw.count());
    state.counters["library_MB/s"] = static_cast<double>(size) * exchanges /
                                     std::chrono::duration<double, std::micro>(withLibrary).count();
}

BENCHMARK_TEMPLATE(Compare, Straight)->Arg(1)->Arg(4096)->Arg(65536);
BENCHMARK_TEMPLATE(Compare, RoundTrip)->Arg(1)->Arg(4096)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
