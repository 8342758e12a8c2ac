#include "Support.hpp"

#include <istream>
#include <ostream>

namespace pipects::testing {
namespace {

using System::ArgumentNullException;
using System::ArgumentOutOfRangeException;
using System::NotSupportedException;
using System::ObjectDisposedException;

TEST(ReadExactly, GathersSmallerWritesAndTakesNoByteMore) {
    Ends ends;
    ends.writer.Write(BytesOf("ab"), 0, 2);
    Bytes buffer(6, '.');
    Background read([&] { ends.reader.ReadExactly(buffer, 1, 4); });
    read.WaitUntilBlocked();
    ends.writer.Write(BytesOf("cde"), 0, 3);
    read.Finish();
    EXPECT_EQ(std::string(buffer.begin(), buffer.end()), ".abcd.");
    EXPECT_EQ(ends.reader.ReadByte(), 'e');
}

TEST(ReadExactly, ThrowsAtAnEarlyEndAndKeepsWhatArrived) {
    Ends ends;
    ends.writer.WriteByte('a');
    ends.writer.Dispose();
    Bytes buffer(2);
    EXPECT_THROW(ends.reader.ReadExactly(buffer), EndOfStreamException);
    EXPECT_EQ(buffer[0], 'a');
}

TEST(ReadExactly, OfNothingChecksNothing) {
    Ends ends;
    EXPECT_NO_THROW(ends.writer.ReadExactly(std::span<Byte>()));
    ends.reader.Dispose();
    EXPECT_NO_THROW(ends.reader.ReadExactly(std::span<Byte>()));
    EXPECT_TRUE(ends.reader.ReadExactlyAsync(std::span<Byte>()).IsCompletedSuccessfully());
}

TEST(ReadAtLeast, StopsAtTheMinimum) {
    Ends ends;
    Bytes buffer(8);
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>([&] { ends.reader.ReadAtLeast(buffer, -1); }),
              "minimumBytes");
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>([&] { ends.reader.ReadAtLeast(buffer, 9); }),
              "minimumBytes");
    EXPECT_EQ(ends.reader.ReadAtLeast(buffer, 0), 0);
    ends.writer.Write(BytesOf("abc"), 0, 3);
    EXPECT_EQ(ends.reader.ReadAtLeast(buffer, 2), 3);
    ends.writer.WriteByte('d');
    ends.writer.Dispose();
    EXPECT_EQ(ends.reader.ReadAtLeast(buffer, 2, false), 1);
    EXPECT_THROW(ends.reader.ReadAtLeast(buffer, 1), EndOfStreamException);
}

TEST(ReadAtLeastAsync, StopsAtTheMinimum) {
    Ends ends;
    Bytes buffer(8);
    const auto read = ends.reader.ReadAtLeastAsync(buffer, 3);
    ends.writer.WriteByte('a');
    ends.writer.Write(BytesOf("bc"), 0, 2);
    EXPECT_EQ(read.Result(), 3);
    ends.writer.Dispose();
    EXPECT_EQ(ends.reader.ReadAtLeastAsync(buffer, 1, false).Result(), 0);
    EXPECT_THROW(ends.reader.ReadAtLeastAsync(buffer, 1).Wait(), EndOfStreamException);
    EXPECT_TRUE(ends.reader.ReadAtLeastAsync(buffer, 0).IsCompletedSuccessfully());
}

TEST(CopyTo, DeliversEverythingThatIsLeft) {
    Ends ends;
    const Bytes sent = Pattern(1000);
    ends.writer.Write(std::span<const Byte>(sent));
    ends.writer.Dispose();
    EXPECT_EQ(ends.reader.ReadByte(), sent[0]);
    MemoryStream memory;
    ends.reader.CopyTo(&memory, 7);
    EXPECT_TRUE(std::equal(memory.content.begin(), memory.content.end(), sent.begin() + 1, sent.end()));
}

TEST(CopyTo, ChecksTheDestinationFirst) {
    Ends ends;
    Ends closed;
    closed.writer.Dispose();
    MemoryStream memory;
    EXPECT_EQ(ParamOf<ArgumentNullException>([&] { ends.writer.CopyTo(nullptr, 0); }), "destination");
    EXPECT_EQ(ParamOf<ArgumentOutOfRangeException>([&] { ends.writer.CopyTo(&closed.writer, 0); }),
              "bufferSize");
    EXPECT_THROW(ends.writer.CopyTo(&closed.writer), ObjectDisposedException);
    EXPECT_THROW(ends.writer.CopyTo(&ends.reader), NotSupportedException);
    EXPECT_THROW(ends.writer.CopyTo(&memory), NotSupportedException);
    EXPECT_THROW(closed.writer.CopyTo(&memory), NotSupportedException)
        << "[stream.copy-to.closed-write-end-source]";
    ends.reader.Dispose();
    EXPECT_THROW(ends.reader.CopyTo(&memory), ObjectDisposedException);
}

TEST(CopyToAsync, CopiesFromPipeToPipeWithoutBlockingItsCaller) {
    Ends source;
    Ends sink;
    const Bytes sent = Pattern(300000);
    const auto copy = source.reader.CopyToAsync(&sink.writer, 1000);
    EXPECT_FALSE(copy.IsCompleted());
    const auto write = source.writer.WriteAsync(std::span<const Byte>(sent));
    Bytes received(sent.size());
    sink.reader.ReadExactly(received);
    write.Wait();
    source.writer.Dispose();
    copy.Wait();
    EXPECT_TRUE(received == sent);
}

TEST(CopyToAsync, FailsInTheCallOrInTheTask) {
    Ends ends;
    MemoryStream memory;
    EXPECT_THROW(static_cast<void>(ends.reader.CopyToAsync(nullptr)), ArgumentNullException);
    EXPECT_THROW(static_cast<void>(ends.writer.CopyToAsync(&memory)), NotSupportedException);
    std::stop_source source;
    const auto copy = ends.reader.CopyToAsync(&memory, source.get_token());
    source.request_stop();
    EXPECT_TRUE(copy.IsCanceled());
    ends.reader.Dispose();
    EXPECT_THROW(ends.reader.CopyToAsync(&memory).Wait(), ObjectDisposedException);
}

TEST(Synchronized, KeepsConcurrentWritesWhole) {
    EXPECT_EQ(ParamOf<ArgumentNullException>([] { Stream::Synchronized(nullptr); }), "stream");
    const auto server = std::make_shared<AnonymousPipeServerStream>();
    AnonymousPipeClientStream reader(PipeDirection::In, server->ClientSafePipeHandle());
    const auto writer = Stream::Synchronized(server);
    constexpr std::size_t block = 100000;  // more than one atomic write
    Background first([&] { writer->Write(std::span<const Byte>(Bytes(block, 'a'))); });
    Background second([&] { writer->Write(std::span<const Byte>(Bytes(block, 'b'))); });
    Bytes received(block);
    for (int count = 0; count < 2; ++count) {
        reader.ReadExactly(received);
        EXPECT_TRUE(received == Bytes(block, received.front()));
    }
    first.Finish();
    second.Finish();
    writer->Dispose();
    EXPECT_FALSE(server->IsConnected());
}

TEST(StreamBuffer, CarriesLines) {
    Ends ends;
    StreamBuffer out(ends.writer);
    StreamBuffer in(ends.reader);
    std::ostream writer(&out);
    std::istream reader(&in);
    writer << "SYNC" << '\n' << 42 << std::endl;
    std::string line;
    ASSERT_TRUE(std::getline(reader, line));
    EXPECT_EQ(line, "SYNC");
    int number = 0;
    ASSERT_TRUE(reader >> number);
    EXPECT_EQ(number, 42);
    writer << "end" << std::flush;
    ends.writer.Dispose();
    reader >> line;
    EXPECT_EQ(line, "end");
    EXPECT_TRUE(reader.eof());
    EXPECT_FALSE(reader.bad());
}

TEST(StreamBuffer, CarriesBlocksOfEverySize) {
    for (const std::size_t size : {1U, 4095U, 4096U, 4097U, 300000U}) {
        Ends ends;
        const Bytes sent = Pattern(size);
        Background write([&] {
            StreamBuffer out(ends.writer);
            std::ostream writer(&out);
            writer << '!';
            writer.write(reinterpret_cast<const char*>(sent.data()), static_cast<std::streamsize>(size));
            writer.flush();
            ends.writer.Dispose();
        });
        StreamBuffer in(ends.reader);
        std::istream reader(&in);
        EXPECT_EQ(reader.get(), '!');
        Bytes received(size);
        reader.read(reinterpret_cast<char*>(received.data()), static_cast<std::streamsize>(size));
        EXPECT_EQ(static_cast<std::size_t>(reader.gcount()), size);
        EXPECT_TRUE(received == sent);
        EXPECT_EQ(reader.get(), std::char_traits<char>::eof());
        write.Finish();
    }
}

TEST(StreamBuffer, TurnsTheStreamBadAndKeepsTheException) {
    Ends ends;
    ends.reader.Dispose();
    StreamBuffer buffer(ends.writer);
    std::ostream writer(&buffer);
    writer << "lost" << std::flush;
    EXPECT_TRUE(writer.bad());
    EXPECT_THROW(std::rethrow_exception(buffer.Error()), IOException);
}

TEST(StreamBuffer, ThrowsTheExceptionItselfIfAsked) {
    Ends ends;
    ends.reader.Dispose();
    StreamBuffer buffer(ends.writer);
    std::ostream writer(&buffer);
    writer.exceptions(std::ios::badbit);
    EXPECT_THROW(writer << "lost" << std::endl, IOException);
    const Bytes block(10000);
    writer.clear();
    EXPECT_THROW(writer.write(reinterpret_cast<const char*>(block.data()), 10000), IOException);
    StreamBuffer closed(ends.reader);
    std::istream reader(&closed);
    reader.exceptions(std::ios::badbit);
    EXPECT_THROW(reader.get(), ObjectDisposedException);
}

TEST(StreamBuffer, SendsWhatIsHeldWhenItGoes) {
    Ends ends;
    {
        StreamBuffer buffer(ends.writer);
        std::ostream writer(&buffer);
        writer << "tail";
        EXPECT_EQ(Unread(ends.reader.SafePipeHandle()->DangerousGetHandle()), 0U);
    }
    EXPECT_EQ(ReadText(ends.reader, 4), "tail");
}

}  // namespace
}  // namespace pipects::testing
