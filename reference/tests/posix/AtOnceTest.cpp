#include "../Support.hpp"

#include <memory>
#include <ostream>

// What holds where the system says whether a handle is ready, and takes a part of what is written.

namespace pipects::testing {
namespace {

using System::Threading::Tasks::Task;

TEST(Asynchronous, ABreakIsInTheFirstTaskAndLeavesTheNextCall) {
    Ends ends;
    const Bytes byte(1);
    ends.reader.Dispose();
    const auto write = ends.writer.WriteAsync(std::span<const Byte>(byte));
    EXPECT_TRUE(write.IsFaulted());
    EXPECT_THROW(write.Wait(), IOException);
    EXPECT_THROW(static_cast<void>(ends.writer.WriteAsync(std::span<const Byte>(byte))), IOException);
    EXPECT_TRUE(ends.writer.FlushAsync().IsFaulted()) << "[stream.flush-async.errors-in-task]";
}

TEST(Token, EndsAPendingWriteAndLeavesWhatWentIn) {
    Ends ends;
    const Bytes sent = Pattern(3 * static_cast<std::size_t>(ends.writer.OutBufferSize()) / 2);
    std::stop_source source;
    const auto write = ends.writer.WriteAsync(std::span<const Byte>(sent), source.get_token());
    EXPECT_FALSE(write.IsCompleted());
    source.request_stop();
    EXPECT_TRUE(write.IsCanceled());
    Bytes received(Unread(ends.reader.SafePipeHandle()->DangerousGetHandle()));
    EXPECT_GT(received.size(), 0U);
    ends.reader.ReadExactly(received);
    EXPECT_TRUE(std::equal(received.begin(), received.end(), sent.begin()));
    EXPECT_TRUE(ends.writer.IsConnected());
}

TEST(PendingReads, HoldOneThreadHoweverManyTheyAre) {
    std::vector<Ends> pipes(200);
    Bytes buffer(pipes.size());
    std::vector<Task<int>> reads;
    std::size_t withOnePending = 0;
    for (std::size_t index = 0; index < pipes.size(); ++index) {
        reads.push_back(pipes[index].reader.ReadAsync(std::span(buffer).subspan(index, 1)));
        EXPECT_FALSE(reads.back().IsCompleted());
        if (index == 0) {
            withOnePending = CountThreads();
        }
    }
    EXPECT_EQ(CountThreads(), withOnePending);
    for (std::size_t index = 0; index < pipes.size(); ++index) {
        pipes[index].writer.WriteByte(static_cast<Byte>(index));
    }
    for (std::size_t index = 0; index < pipes.size(); ++index) {
        EXPECT_EQ(reads[index].Result(), 1);
        EXPECT_EQ(buffer[index], static_cast<Byte>(index));
    }
}

TEST(PendingReads, OfTwoOwnersOfOneHandleAreBothServed) {
    AnonymousPipeServerStream server;
    AnonymousPipeClientStream first(server.GetClientHandleAsString());
    const auto number = first.SafePipeHandle()->DangerousGetHandle();
    AnonymousPipeClientStream second(PipeDirection::In, std::make_shared<SafePipeHandle>(number, false));
    server.WriteByte('0');  // finds out what the handle can do
    EXPECT_EQ(first.ReadByte(), '0');
    Bytes buffer(2);
    const auto readFirst = first.ReadAsync(std::span(buffer).first(1));
    const auto readSecond = second.ReadAsync(std::span(buffer).last(1));
    const auto before = OpenDescriptors();
    server.WriteByte('1');
    EXPECT_TRUE(Eventually([&] { return readFirst.IsCompleted() != readSecond.IsCompleted(); }));
    server.WriteByte('2');
    EXPECT_EQ(readFirst.Result() + readSecond.Result(), 2);
    EXPECT_EQ(int{buffer[0]} + int{buffer[1]}, '1' + '2');
    EXPECT_EQ(OpenDescriptors().size(), before.size() - 1) << "the watched duplicate";
}

TEST(StreamBuffer, HoldsWhatIsWrittenByTheByteUntilItIsFull) {
    Ends ends;
    StreamBuffer buffer(ends.writer);
    std::ostream out(&buffer);
    std::size_t sent = 0;
    while (Unread(ends.reader.SafePipeHandle()->DangerousGetHandle()) == 0 && sent < 1'000'000) {
        out.put('x');
        ++sent;
    }
    const std::size_t held = sent - Unread(ends.reader.SafePipeHandle()->DangerousGetHandle());
    EXPECT_EQ(held, 1U) << "the byte that did not fit any more";
    out.flush();
    EXPECT_EQ(Unread(ends.reader.SafePipeHandle()->DangerousGetHandle()), sent);
}

}  // namespace
}  // namespace pipects::testing
