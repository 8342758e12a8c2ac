#include "Binding.hpp"

#include <array>
#include <atomic>
#include <optional>

namespace pipects::binding {

BOOST_AUTO_TEST_SUITE(binding)
BOOST_AUTO_TEST_SUITE(coroutines)

/// Copies bytes until the end, and counts them.
Task<int> Count(Stream& stream) {
    Bytes buffer(16);
    int total = 0;
    while (const int count = co_await stream.ReadAsync(std::span<Byte>(buffer))) {
        total += count;
    }
    co_return total;
}

/// What a coroutine's frame owns is destroyed with it.
struct Guard {
    explicit Guard(std::atomic<int>& count) : count_(&count) { ++count; }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() { --*count_; }
    std::atomic<int>* count_;
};

Task<> ReadOne(Stream& stream, Bytes& buffer, std::atomic<int>& alive, std::atomic<bool>& after) {
    const Guard guard(alive);
    co_await stream.ReadAsync(std::span<Byte>(buffer));
    after = true;
}

BOOST_AUTO_TEST_CASE(awaited) {
    Pipe pipe;
    const auto counting = Count(pipe.reader);
    BOOST_TEST(!counting.IsCompleted());
    WriteText(pipe.writer, "hello");
    WriteText(pipe.writer, "there");
    pipe.writer.Dispose();
    BOOST_TEST(counting.Result() == 10);
    BOOST_TEST(counting.IsCompletedSuccessfully());
}

BOOST_AUTO_TEST_CASE(a_dropped_task_goes_on) {
    Pipe pipe;
    Bytes buffer(1);
    std::atomic<int> alive = 0;
    std::atomic<bool> after = false;
    static_cast<void>(ReadOne(pipe.reader, buffer, alive, after));
    BOOST_TEST(alive == 1);
    BOOST_TEST(!after);
    WriteText(pipe.writer, "x");
    BOOST_TEST(Eventually([&] { return alive == 0; }));
    BOOST_TEST(after);
    BOOST_TEST(buffer[0] == 'x');
}

BOOST_AUTO_TEST_CASE(a_dropped_operation_keeps_its_place) {
    Pipe pipe;
    Bytes first(1);
    static_cast<void>(pipe.reader.ReadAsync(std::span<Byte>(first)));
    Bytes second(1);
    const auto later = pipe.reader.ReadAsync(std::span<Byte>(second));
    WriteText(pipe.writer, "ab");
    BOOST_TEST(later.Result() == 1);
    BOOST_TEST(second[0] == 'b');
    BOOST_TEST(first[0] == 'a');
}

BOOST_AUTO_TEST_CASE(a_dropped_result_calls_back,
                     COVERS("stream.begin-read.callback") COVERS("stream.begin-write.callback")) {
    Pipe pipe;
    std::atomic<int> read = -1;
    Bytes one(1);
    static_cast<void>(pipe.reader.BeginRead(
        one, 0, 1, [&](const std::shared_ptr<IAsyncResult>& result) { read = pipe.reader.EndRead(result); }));
    pipe.writer.WriteByte(7);
    BOOST_TEST(Eventually([&] { return read == 1; }));

    std::atomic<bool> written = false;
    Bytes much(300'000);
    static_cast<void>(pipe.writer.BeginWrite(much, 0, static_cast<int>(much.size()),
                                             [&](const std::shared_ptr<IAsyncResult>& result) {
                                                 pipe.writer.EndWrite(result);
                                                 written = true;
                                             }));
    pipe.reader.ReadExactly(much);
    BOOST_TEST(Eventually([&] { return written.load(); }));
}

BOOST_AUTO_TEST_CASE(a_callback_is_given_the_result_that_was_returned,
                     COVERS("stream.begin-read.callback") COVERS("stream.begin-write.callback")) {
    Pipe pipe;
    Bytes one(1);
    std::atomic<const IAsyncResult*> given = nullptr;
    std::atomic<bool> completed = false;
    const AsyncCallback keep = [&](const std::shared_ptr<IAsyncResult>& result) {
        completed = result->IsCompleted();
        given = result.get();
    };
    const auto written = pipe.writer.BeginWrite(one, 0, 1, keep);
    BOOST_TEST(Eventually([&] { return given != nullptr; }));
    BOOST_TEST(given == written.get());
    BOOST_TEST(completed);
    pipe.writer.EndWrite(written);
    for (const bool waits : {false, true}) {
        given = nullptr;
        completed = false;
        const auto read = pipe.reader.BeginRead(one, 0, 1, keep);
        if (waits) {
            pipe.writer.WriteByte(7);
        }
        BOOST_TEST(Eventually([&] { return given != nullptr; }));
        BOOST_TEST(given == read.get());
        BOOST_TEST(completed);
        BOOST_TEST(pipe.reader.EndRead(read) == 1);
    }
}

BOOST_AUTO_TEST_CASE(a_result_is_waited_for_until_it_has_failed,
                     COVERS("stream.begin-read.wait-handle") COVERS("stream.begin-write.wait-handle")) {
    constexpr std::chrono::milliseconds none(0);
    constexpr std::chrono::seconds patience(20);
    {
        Pipe pipe;
        Bytes one(1);
        const auto read = pipe.reader.BeginRead(one, 0, 1);
        BOOST_TEST(!read->Wait(none));
        pipe.reader.Dispose();
        BOOST_TEST(read->Wait(patience));
        BOOST_TEST(read->Wait(none));
        CheckThrows<Exception>("EndRead", [&] { pipe.reader.EndRead(read); });
    }
    Pipe pipe;
    const Bytes lost(4);
    pipe.reader.Dispose();
    const auto written = pipe.writer.BeginWrite(lost, 0, 4);
    BOOST_TEST(written->Wait(patience));
    CheckThrows<IOException>("EndWrite", [&] { pipe.writer.EndWrite(written); });
}

BOOST_AUTO_TEST_CASE(a_task_outlives_its_stream) {
    Bytes buffer(1);
    std::optional<Task<int>> pending;
    {
        Pipe pipe;
        pending = pipe.reader.ReadAsync(std::span<Byte>(buffer));
        BOOST_TEST(!pending->IsCompleted());
    }
    BOOST_TEST(Eventually([&] { return pending->IsCompleted(); }));
    BOOST_TEST(pending->IsFaulted());
    BOOST_CHECK_THROW(pending->Result(), IOException);
    BOOST_CHECK_THROW(pending->Wait(), IOException);  // again and again
}

BOOST_AUTO_TEST_CASE(a_coroutine_outlives_its_stream) {
    std::atomic<int> alive = 0;
    std::atomic<bool> after = false;
    Bytes buffer(1);
    std::optional<Task<>> pending;
    {
        Pipe pipe;
        pending = ReadOne(pipe.reader, buffer, alive, after);
    }
    BOOST_CHECK_THROW(pending->Wait(), IOException);
    BOOST_TEST(Eventually([&] { return alive == 0; }));
    BOOST_TEST(!after);
}

BOOST_AUTO_TEST_CASE(a_copy_stands_for_the_same_operation) {
    Pipe pipe;
    Byte byte{};
    auto original = std::make_unique<Task<int>>(pipe.reader.ReadAsync(std::span(&byte, 1)));
    const Task<int> copy = *original;
    original.reset();
    WriteText(pipe.writer, "x");
    BOOST_TEST(copy.Result() == 1);
}

Task<> Failing(Stream& stream) {
    co_await stream.WriteAsync(BytesOf("x"));
    throw std::logic_error("mine");
}

BOOST_AUTO_TEST_CASE(exceptions_leave_by_the_task) {
    Pipe pipe;
    const auto failed = Failing(pipe.writer);
    BOOST_CHECK_THROW(failed.Wait(), std::logic_error);
    BOOST_TEST(failed.IsFaulted());
    BOOST_TEST(!failed.IsCanceled());
    BOOST_TEST(!failed.IsCompletedSuccessfully());
}

Task<int> Cancelled(Stream& stream, std::stop_token token) {
    Bytes buffer(1);
    co_return co_await stream.ReadAsync(std::span<Byte>(buffer), token);
}

BOOST_AUTO_TEST_CASE(cancellation_passes_through) {
    Pipe pipe;
    std::stop_source source;
    const auto pending = Cancelled(pipe.reader, source.get_token());
    source.request_stop();
    BOOST_CHECK_EXCEPTION(pending.Wait(), OperationCanceledException, [&](const auto& exception) {
        return exception.CancellationToken() == source.get_token();
    });
    BOOST_TEST(pending.IsCanceled());
}

BOOST_AUTO_TEST_CASE(continuations_run_once) {
    Pipe pipe;
    Byte byte{};
    std::atomic<int> runs = 0;
    const auto pending = pipe.reader.ReadAsync(std::span(&byte, 1));
    pending.ContinueWith([&](const Task<int>& ended) { runs += ended.Result(); });
    BOOST_TEST(runs == 0);
    WriteText(pipe.writer, "x");
    BOOST_TEST(Eventually([&] { return runs == 1; }));
    pending.ContinueWith([&](const Task<int>&) { ++runs; });
    BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_CASE(continuations_run_each) {
    Pipe pipe;
    Byte byte{};
    std::atomic<int> runs = 0;
    const auto pending = pipe.reader.ReadAsync(std::span(&byte, 1));
    for (int i = 0; i < 3; ++i) {
        pending.ContinueWith([&](const Task<int>& ended) { runs += ended.Result(); });
    }
    WriteText(pipe.writer, "x");
    BOOST_TEST(Eventually([&] { return runs == 3; }));
}

BOOST_AUTO_TEST_CASE(a_limited_wait_tells_what_failed) {
    Pipe pipe;
    Bytes buffer(1);
    const auto pending = pipe.reader.ReadAsync(std::span<Byte>(buffer));
    const auto begun = pipe.reader.BeginRead(buffer, 0, 1);
    constexpr std::chrono::milliseconds moment(1);
    BOOST_TEST(!pending.Wait(moment));
    BOOST_TEST(!begun->Wait(moment));
    pipe.reader.Dispose();
    BOOST_CHECK_THROW(static_cast<void>(pending.Wait(moment)), IOException);
    BOOST_TEST(begun->Wait(moment));  // what failed belongs to EndRead
    BOOST_CHECK_THROW(pipe.reader.EndRead(begun), IOException);
}

BOOST_AUTO_TEST_CASE(what_follows_a_cancellation_reads_on, COVERS("stream.cancel.pending-read-harmless")) {
    Pipe pipe;
    Bytes buffer(1);
    std::stop_source source;
    std::optional<Task<int>> next;
    const auto pending = pipe.reader.ReadAsync(std::span<Byte>(buffer), source.get_token());
    pending.ContinueWith([&](const Task<int>&) { next = pipe.reader.ReadAsync(std::span<Byte>(buffer)); });
    source.request_stop();
    BOOST_REQUIRE(next.has_value());
    WriteText(pipe.writer, "x");
    BOOST_TEST(next->Result() == 1);
}

BOOST_AUTO_TEST_CASE(what_follows_a_cancellation_writes_on, COVERS("stream.cancel.pending-write-partial")) {
    Pipe pipe;
    const Bytes large(1 << 20);
    std::stop_source source;
    std::optional<Task<>> next;
    const auto pending = pipe.writer.WriteAsync(std::span(large), source.get_token());
    pending.ContinueWith([&](const Task<>&) { next = pipe.writer.WriteAsync(std::span(large)); });
    source.request_stop();
    BOOST_REQUIRE(next.has_value());
    pipe.reader.Dispose();
    BOOST_CHECK_THROW(next->Wait(), IOException);
}

BOOST_AUTO_TEST_CASE(what_a_disposal_ends_may_cancel_the_rest, COVERS("stream.dispose-pending.async-read")) {
    Pipe pipe;
    std::array<Byte, 2> bytes{};
    std::stop_source source;
    const auto first = pipe.reader.ReadAsync(std::span(bytes).first(1));
    const auto second = pipe.reader.ReadAsync(std::span(bytes).last(1), source.get_token());
    first.ContinueWith([&](const Task<int>&) { source.request_stop(); });
    pipe.reader.Dispose();
    BOOST_CHECK_THROW(first.Wait(), IOException);
    BOOST_CHECK_THROW(second.Wait(), Exception);
}

BOOST_AUTO_TEST_CASE(a_callback_that_begins_again_is_not_called_inside,
                     COVERS("stream.begin-read.pool-thread") COVERS("stream.begin-write.pool-thread")) {
    Pipe pipe;
    WriteText(pipe.writer, "ab");
    std::array<Byte, 3> bytes{};
    std::atomic<int> told = 0;
    std::atomic<bool> isInside = false;  // of the call that begins
    std::atomic<bool> wasInside = false;
    const auto beginner = std::make_shared<std::atomic<std::thread::id>>();
    const auto seesWhere = [&, beginner](const std::shared_ptr<IAsyncResult>& result) {
        const bool isThere = isInside && std::this_thread::get_id() == beginner->load();
        wasInside = wasInside || (isThere && !result->CompletedSynchronously());
        ++told;
    };
    pipe.reader.BeginRead(bytes, 0, 1, [&](const std::shared_ptr<IAsyncResult>&) {
        *beginner = std::this_thread::get_id();
        isInside = true;
        pipe.reader.BeginRead(bytes, 1, 1, seesWhere);
        pipe.writer.BeginWrite(bytes, 2, 1, seesWhere);
        isInside = false;
        ++told;
    });
    BOOST_TEST(Eventually([&] { return told == 3; }));
    BOOST_TEST(!wasInside);
}

/// Tells, where an operation that waits has ended, what its stream says of itself there.
void AsksThere(const PipeStream& stream, const Task<>& pending, std::atomic<int>& told) {
    pending.ContinueWith([&](const Task<>&) {
        told = stream.CanRead() || stream.CanWrite() || stream.IsConnected() ? -1 : 1;
    });
}

BOOST_AUTO_TEST_CASE(what_follows_a_disposal_finds_the_stream_closed,
                     COVERS("stream.can-read.closed") COVERS("stream.can-write.closed")
                         COVERS("stream.is-connected.closed")) {
    Bytes bytes(300'000);
    Pipe pipe;
    std::atomic<int> told = 0;
    AsksThere(pipe.reader, pipe.reader.ReadExactlyAsync(bytes), told);
    pipe.reader.Dispose();
    BOOST_TEST(Eventually([&] { return told != 0; }));
    BOOST_TEST(told == 1);

    Pipe full;
    told = 0;
    AsksThere(full.writer, full.writer.WriteAsync(bytes), told);
    full.writer.Dispose();
    BOOST_TEST(Eventually([&] { return told != 0; }));
    BOOST_TEST(told == 1);
}

/// Disposes the reader where an operation of it has ended, and tells there whether that closed its handle.
void DisposesThere(Pipe& pipe, const Task<int>& pending, std::atomic<bool>& told) {
    pending.ContinueWith([&](const Task<int>&) {
        pipe.reader.Dispose();
        BOOST_CHECK_THROW(pipe.writer.WriteByte(1), IOException);
        told = true;
    });
}

BOOST_AUTO_TEST_CASE(a_continuation_that_disposes_closes_the_handle,
                     COVERS("stream.dispose.releases-handle")) {
    Byte byte{};
    {
        Pipe pipe;
        std::atomic<bool> told = false;
        DisposesThere(pipe, pipe.reader.ReadAsync(std::span(&byte, 1)), told);
        WriteText(pipe.writer, "x");
        BOOST_TEST(Eventually([&] { return told.load(); }));
    }
    {
        Pipe pipe;
        std::atomic<bool> told = false;
        std::stop_source source;
        DisposesThere(pipe, pipe.reader.ReadAsync(std::span(&byte, 1), source.get_token()), told);
        source.request_stop();
        BOOST_TEST(told);
    }
}

Task<int> Nested(int depth) {
    if (depth == 0) {
        co_return 0;
    }
    co_return 1 + co_await Nested(depth - 1);
}

BOOST_AUTO_TEST_CASE(completed_tasks_are_not_waited_for) {
    constexpr int depth = 100;
    BOOST_TEST(Nested(depth).Result() == depth);
    BOOST_TEST(Task<int>::FromResult(5).Result() == 5);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::binding
