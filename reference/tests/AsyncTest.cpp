#include "Support.hpp"

namespace pipects::testing {
namespace {

using System::ArgumentNullException;
using System::NotSupportedException;
using System::ObjectDisposedException;
using System::OperationCanceledException;
using System::Threading::Tasks::Task;

TEST(ReadAsync, CompletesInTheCallWhenDataIsThere) {
    Ends ends;
    ends.writer.Write(BytesOf("abc"), 0, 3);
    Bytes buffer(8);
    const auto read = ends.reader.ReadAsync(buffer, 1, 7);
    EXPECT_TRUE(read.IsCompletedSuccessfully());
    EXPECT_EQ(read.Result(), 3);
    EXPECT_EQ(buffer[1], 'a');
}

TEST(ReadAsync, OfAnEmptyPipeCompletesWhenAByteArrives) {
    Ends ends;
    Bytes buffer(8);
    const auto read = ends.reader.ReadAsync(std::span<Byte>(buffer));
    EXPECT_FALSE(read.IsCompleted());
    ends.writer.WriteByte('q');
    EXPECT_EQ(read.Result(), 1);
    EXPECT_EQ(buffer[0], 'q');
}

TEST(ReadAsync, GivesZeroAtTheEnd) {
    Ends ends;
    Bytes buffer(8);
    const auto read = ends.reader.ReadAsync(std::span<Byte>(buffer));
    ends.writer.Dispose();
    EXPECT_EQ(read.Result(), 0);
    EXPECT_EQ(ends.reader.IsConnected(), !endIsFinal);
}

TEST(Asynchronous, UsageErrorsLeaveTheCallItself) {
    Ends ends;
    Bytes buffer(8);
    EXPECT_THROW(static_cast<void>(ends.reader.ReadAsync(nullptr, 0, 0)), ArgumentNullException);
    EXPECT_THROW(static_cast<void>(ends.writer.ReadAsync(std::span<Byte>(buffer))), NotSupportedException);
    EXPECT_THROW(static_cast<void>(ends.reader.WriteAsync(std::span<const Byte>(buffer))),
                 NotSupportedException);
    EXPECT_THROW(static_cast<void>(ends.reader.FlushAsync()), NotSupportedException);
    EXPECT_THROW(static_cast<void>(ends.writer.ReadExactlyAsync(std::span<Byte>(buffer))),
                 NotSupportedException);
    ends.reader.Dispose();
    ends.writer.Dispose();
    EXPECT_THROW(static_cast<void>(ends.reader.ReadAsync(std::span<Byte>(buffer))), ObjectDisposedException);
    EXPECT_THROW(static_cast<void>(ends.writer.WriteAsync(std::span<const Byte>(buffer))),
                 ObjectDisposedException);
    EXPECT_THROW(static_cast<void>(ends.writer.FlushAsync()), ObjectDisposedException);
    EXPECT_THROW(static_cast<void>(ends.reader.ReadExactlyAsync(std::span<Byte>(buffer))),
                 ObjectDisposedException);
}

TEST(Token, CanceledBeforehandCancelsAndTakesNothing) {
    Ends ends;
    ends.writer.WriteByte('k');
    Bytes buffer(8);
    std::stop_source source;
    source.request_stop();
    const auto token = source.get_token();
    const auto read = ends.reader.ReadAsync(std::span<Byte>(buffer), token);
    EXPECT_TRUE(read.IsCanceled());
    EXPECT_EQ(Unread(ends.reader.SafePipeHandle()->DangerousGetHandle()), 1U);
    EXPECT_TRUE(ends.writer.WriteAsync(std::span<const Byte>(buffer), token).IsCanceled());
    EXPECT_TRUE(ends.writer.FlushAsync(token).IsCanceled());
    EXPECT_THROW(static_cast<void>(ends.writer.ReadAsync(std::span<Byte>(buffer), token)),
                 NotSupportedException);
    ends.reader.Dispose();
    EXPECT_TRUE(ends.reader.ReadAsync(std::span<Byte>(buffer), token).IsCanceled());
    EXPECT_TRUE(ends.reader.FlushAsync(token).IsCanceled()) << "[stream.flush-async.disposed]";
}

TEST(Token, EndsAPendingReadWhichLosesNothing) {
    Ends ends;
    Bytes buffer(8);
    std::stop_source source;
    const auto read = ends.reader.ReadAsync(std::span<Byte>(buffer), source.get_token());
    EXPECT_FALSE(read.IsCompleted());
    source.request_stop();
    EXPECT_TRUE(read.IsCanceled());
    try {
        read.Wait();
        FAIL();
    } catch (const OperationCanceledException& error) {
        EXPECT_EQ(error.CancellationToken(), source.get_token());
    }
    ends.writer.Write(BytesOf("kept"), 0, 4);
    EXPECT_EQ(ReadText(ends.reader, 4), "kept");
    EXPECT_TRUE(ends.reader.IsConnected());
}

TEST(Token, RacingWithDataNeitherLosesNorRepeatsAByte) {
    Ends ends;
    constexpr int rounds = 2000;
    Background write([&] {
        for (int round = 0; round < rounds; ++round) {
            ends.writer.WriteByte(static_cast<Byte>(round));
        }
        ends.writer.Dispose();
    });
    int received = 0;
    for (bool ended = false; !ended;) {
        Byte value = 0;
        std::stop_source source;
        const auto read = ends.reader.ReadAsync(std::span<Byte>(&value, 1), source.get_token());
        Background cancel([&] { source.request_stop(); });
        try {
            ended = read.Result() == 0;
            if (!ended) {
                EXPECT_EQ(value, static_cast<Byte>(received));
                ++received;
            }
        } catch (const OperationCanceledException&) {
            EXPECT_TRUE(read.IsCanceled());
        }
        cancel.Finish();
    }
    EXPECT_EQ(received, rounds);
    write.Finish();
}

TEST(WriteAsync, SendsEveryByteThroughAPipeMuchSmaller) {
    Ends ends;
    const Bytes sent = Pattern((std::size_t{1} << 20) + 3);
    const auto write = ends.writer.WriteAsync(std::span<const Byte>(sent));
    EXPECT_FALSE(write.IsCompleted());
    Bytes received(sent.size());
    ends.reader.ReadExactly(received);
    write.Wait();
    EXPECT_TRUE(received == sent);
}

TEST(WriteAsync, FailsWhenTheReaderGoesWhileItWaits) {
    Ends ends;
    Fill(ends.writer);
    const Bytes byte(1);
    const auto write = ends.writer.WriteAsync(std::span<const Byte>(byte));
    EXPECT_FALSE(write.IsCompleted());
    ends.reader.Dispose();
    EXPECT_THROW(write.Wait(), IOException);
    EXPECT_FALSE(ends.writer.IsConnected());
}

TEST(Dispose, FailsPendingOperationsOfItsOwnEnd) {
    Ends ends;
    Bytes buffer(8);
    Fill(ends.writer);
    const auto write = ends.writer.WriteAsync(std::span<const Byte>(buffer));
    ends.writer.Dispose();
    EXPECT_TRUE(write.IsFaulted());
    EXPECT_THROW(write.Wait(), IOException);
    Ends others;
    const auto read = others.reader.ReadAsync(std::span<Byte>(buffer));
    others.reader.DisposeAsync().Wait();
    EXPECT_TRUE(read.IsFaulted());
    EXPECT_THROW(static_cast<void>(read.Result()), IOException);
}

TEST(PendingReads, OfOnePipeAreServedInTheOrderOfTheirCalls) {
    Ends ends;
    Bytes buffer(50);
    std::vector<Task<int>> reads;
    for (std::size_t index = 0; index < buffer.size(); ++index) {
        reads.push_back(ends.reader.ReadAsync(std::span(buffer).subspan(index, 1)));
    }
    const Bytes sent = Pattern(buffer.size());
    ends.writer.Write(std::span<const Byte>(sent));
    for (const auto& read : reads) {
        EXPECT_EQ(read.Result(), 1);
    }
    EXPECT_EQ(buffer, sent);
}

TEST(PendingReads, CloseRanksWhenOneInTheirMiddleIsCanceled) {
    Ends ends;
    Bytes buffer(3);
    std::stop_source source;
    const auto first = ends.reader.ReadAsync(std::span(buffer).first(1));
    const auto second = ends.reader.ReadAsync(std::span(buffer).subspan(1, 1), source.get_token());
    const auto third = ends.reader.ReadAsync(std::span(buffer).last(1));
    source.request_stop();
    EXPECT_TRUE(second.IsCanceled());
    ends.writer.Write(BytesOf("13"), 0, 2);
    EXPECT_EQ(first.Result() + third.Result(), 2);
    EXPECT_EQ(buffer, (Bytes{'1', 0, '3'}));
}

TEST(PendingReads, KeepTheirOrderWithThoseThatHoldAThread) {
    Ends ends;
    Bytes first(1);
    Bytes third(1);
    int second = 0;
    const auto readFirst = ends.reader.ReadAsync(std::span<Byte>(first));
    Background read([&] { second = ends.reader.ReadByte(); });
    read.WaitUntilBlocked();
    const auto readThird = ends.reader.ReadAsync(std::span<Byte>(third));
    ends.writer.Write(BytesOf("123"), 0, 3);
    read.Finish();
    EXPECT_EQ(readFirst.Result() + readThird.Result(), 2);
    EXPECT_EQ(first[0], '1');
    EXPECT_EQ(second, '2');
    EXPECT_EQ(third[0], '3');
}

Task<std::string> ReadLine(PipeStream& reader) {
    std::string line;
    for (;;) {
        Bytes byte(1);
        if (co_await reader.ReadAsync(std::span<Byte>(byte)) == 0 || byte[0] == '\n') {
            co_return line;
        }
        line.push_back(static_cast<char>(byte[0]));
    }
}

TEST(Coroutine, AwaitsWhatIsPendingAndWhatIsDone) {
    Ends ends;
    const auto line = ReadLine(ends.reader);
    EXPECT_FALSE(line.IsCompleted());
    ends.writer.Write(BytesOf("one\nt"), 0, 5);
    EXPECT_EQ(line.Result(), "one");
    const auto next = ReadLine(ends.reader);
    ends.writer.Write(BytesOf("wo\n"), 0, 3);
    EXPECT_EQ(next.Result(), "two");
}

TEST(Coroutine, GetsTheExceptionOfTheOperation) {
    Ends ends;
    const auto line = ReadLine(ends.reader);
    ends.reader.Dispose();
    EXPECT_TRUE(line.IsFaulted());
    EXPECT_THROW(static_cast<void>(line.Result()), IOException);
}

TEST(Task, MayBeDroppedAndMayOutliveItsStream) {
    Bytes buffer(8);
    std::optional<Task<int>> kept;
    {
        Ends ends;
        static_cast<void>(ends.reader.ReadAsync(std::span<Byte>(buffer)));
        kept = ends.reader.ReadAsync(std::span<Byte>(buffer));
    }
    EXPECT_THROW(static_cast<void>(kept->Result()), IOException);
}

TEST(Task, OutlivesAStreamThatIsDestroyedAsItsReadSucceeds) {
    for (int round = 0; round < 300; ++round) {
        Bytes buffer(2);
        auto ends = std::make_unique<Ends>();
        const auto read = ends->reader.ReadExactlyAsync(std::span<Byte>(buffer));
        ends->writer.WriteByte(1);
        ends.reset();  // before, between or after the two reads
        EXPECT_THROW(read.Wait(), System::SystemException);
    }
}

TEST(Continuation, ThatBlocksDoesNotHoldUpDispose) {
    Ends ends;
    Ends others;
    Bytes buffer(2);
    std::promise<void> entered;
    std::promise<void> leave;
    const auto read = ends.reader.ReadAsync(std::span(buffer).first(1));
    std::atomic<bool> left = false;
    read.ContinueWith([&](const auto&) {
        entered.set_value();
        leave.get_future().wait();
        left = true;
    });
    const auto other = others.reader.ReadAsync(std::span(buffer).last(1));
    ends.writer.WriteByte(1);
    entered.get_future().wait();  // the reactor's thread is stuck from here on
    others.reader.Dispose();
    EXPECT_TRUE(other.IsFaulted());
    ends.reader.Dispose();
    leave.set_value();
    EXPECT_TRUE(Eventually([&] { return left.load(); }));
}

TEST(Continuation, MayDestroyTheStream) {
    auto ends = std::make_unique<Ends>();
    Bytes buffer(1);
    const auto read = ends->reader.ReadAsync(std::span<Byte>(buffer));
    read.ContinueWith([&](const auto&) { ends.reset(); });
    ends->reader.Dispose();
    EXPECT_EQ(ends, nullptr);
}

TEST(BeginRead, HandsItsResultToTheCallbackAndToEndRead) {
    Ends ends;
    Bytes buffer(8);
    std::promise<int> count;
    const auto result = ends.reader.BeginRead(
        buffer, 0, 8, [&](const auto& completed) { count.set_value(ends.reader.EndRead(completed)); }, 42);
    EXPECT_FALSE(result->IsCompleted());
    EXPECT_EQ(std::any_cast<int>(result->AsyncState()), 42);
    ends.writer.WriteByte(1);
    EXPECT_EQ(count.get_future().get(), 1);
    EXPECT_TRUE(result->IsCompleted());
    EXPECT_FALSE(result->CompletedSynchronously());
    EXPECT_THROW(ends.reader.EndRead(result), System::InvalidOperationException) << "a second time";
}

TEST(EndRead, RefusesForeignResults) {
    Ends ends;
    Ends others;
    Bytes buffer(8);
    ends.writer.WriteByte(1);
    const auto read = ends.reader.BeginRead(buffer, 0, 1);
    const auto write = ends.writer.BeginWrite(buffer, 0, 1);
    EXPECT_TRUE(read->CompletedSynchronously());
    const auto end = [](Stream& stream, const std::shared_ptr<System::IAsyncResult>& result) {
        return ParamOf<System::ArgumentException>([&] { stream.EndRead(result); });
    };
    EXPECT_EQ(end(ends.reader, nullptr), "asyncResult");
    EXPECT_EQ(end(others.reader, read), "asyncResult");
    EXPECT_EQ(end(ends.writer, write), "asyncResult");
    EXPECT_EQ(ParamOf<System::ArgumentException>([&] { ends.writer.EndWrite(read); }), "asyncResult");
    EXPECT_EQ(ends.reader.EndRead(read), 1);
    ends.writer.EndWrite(write);
}

TEST(EndRead, ThrowsWhatTheReadFailedWith) {
    Ends ends;
    Bytes buffer(8);
    const auto read = ends.reader.BeginRead(buffer, 0, 8);
    ends.reader.Dispose();
    EXPECT_TRUE(read->Wait(patience));
    EXPECT_THROW(ends.reader.EndRead(read), IOException);
}

}  // namespace
}  // namespace pipects::testing
