// What the library costs inside one process: making and disposing of a pipe, and pending asynchronous reads.

#include <System/IO/Pipes.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace {

using namespace System::IO::Pipes;
using System::Byte;
using System::Threading::Tasks::Task;

struct Ends {
    AnonymousPipeServerStream writer{PipeDirection::Out};
    AnonymousPipeClientStream reader{PipeDirection::In, writer.ClientSafePipeHandle()};
};

void LibraryMakesAndDisposes(benchmark::State& state) {
    for ([[maybe_unused]] auto _ : state) {
        Ends ends;
        benchmark::DoNotOptimize(ends);
    }
}
BENCHMARK(LibraryMakesAndDisposes);

void BareMakesAndDisposes(benchmark::State& state) {
    for ([[maybe_unused]] auto _ : state) {
        std::array<int, 2> ends{};
        benchmark::DoNotOptimize(::pipe2(ends.data(), O_CLOEXEC));
        ::close(ends[0]);
        ::close(ends[1]);
    }
}
BENCHMARK(BareMakesAndDisposes);

/// So many reads are begun, and a token ends them all. Per read.
void LibraryCancelsPendingReads(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    Ends ends;
    std::vector<Byte> buffer(count);
    for ([[maybe_unused]] auto _ : state) {
        std::stop_source source;
        std::vector<Task<int>> reads;
        reads.reserve(count);
        for (std::size_t index = 0; index < count; ++index) {
            reads.push_back(ends.reader.ReadAsync(std::span(buffer).subspan(index, 1), source.get_token()));
        }
        source.request_stop();
        benchmark::DoNotOptimize(reads.back().IsCanceled());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(LibraryCancelsPendingReads)->Arg(1)->Arg(100)->Arg(10000);

/// So many reads are begun, and data ends them all. Per read.
void LibraryServesPendingReads(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    Ends ends;
    std::vector<Byte> buffer(count);
    for ([[maybe_unused]] auto _ : state) {
        std::vector<Task<int>> reads;
        reads.reserve(count);
        for (std::size_t index = 0; index < count; ++index) {
            reads.push_back(ends.reader.ReadAsync(std::span(buffer).subspan(index, 1)));
        }
        ends.writer.Write(std::span<const Byte>(buffer));
        reads.back().Wait();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(LibraryServesPendingReads)->Arg(1)->Arg(100)->Arg(10000)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
