#include "Support.hpp"

#include <System/IO/StreamBuffer.hpp>

#include <istream>
#include <memory>
#include <ostream>

// What Stream gives to every stream derived from it, shown by one that has none of it of its own.

namespace pipects::testing {
namespace {

using System::ArgumentException;
using System::IAsyncResult;
using System::InvalidOperationException;

/// A stream that can time out, too.
class PatientStream final : public MemoryStream {
  public:
    [[nodiscard]] bool CanTimeout() const noexcept override { return true; }
    [[nodiscard]] int ReadTimeout() const override { return readTimeout; }
    void SetReadTimeout(int value) override { readTimeout = value; }
    [[nodiscard]] int WriteTimeout() const override { return writeTimeout; }
    void SetWriteTimeout(int value) override { writeTimeout = value; }

    int readTimeout = -1;
    int writeTimeout = -1;
};

/// A stream whose transfers fail.
class FailingStream final : public MemoryStream {
  public:
    using MemoryStream::Read;
    int Read(std::span<Byte> /*buffer*/) override { throw IOException("no data today"); }
};

[[nodiscard]] std::stop_token Stopped() {
    std::stop_source source;
    source.request_stop();
    return source.get_token();
}

TEST(Synchronized, PassesEveryMemberOn) {
    const auto inner = std::make_shared<PatientStream>();
    const auto stream = Stream::Synchronized(inner);
    EXPECT_TRUE(stream->CanRead());
    EXPECT_TRUE(stream->CanWrite());
    EXPECT_TRUE(stream->CanSeek());
    EXPECT_TRUE(stream->CanTimeout());
    stream->SetReadTimeout(5);
    stream->SetWriteTimeout(6);
    EXPECT_EQ(inner->readTimeout, 5);
    EXPECT_EQ(inner->writeTimeout, 6);
    EXPECT_EQ(stream->ReadTimeout(), 5);
    EXPECT_EQ(stream->WriteTimeout(), 6);
    stream->Write(BytesOf("abc"), 0, 3);
    stream->WriteByte('d');
    stream->Flush();
    EXPECT_EQ(inner->content, BytesOf("abcd"));
    stream->SetLength(3);
    EXPECT_EQ(stream->Length(), 3);
    stream->SetPosition(1);
    EXPECT_EQ(stream->Position(), 1);
    EXPECT_EQ(stream->Seek(2, SeekOrigin::Begin), 2);
    EXPECT_EQ(stream->ReadByte(), 'b');
    EXPECT_EQ(ReadText(*stream, 1), "c");
    EXPECT_EQ(stream->ReadByte(), -1);
    stream->Dispose();
    EXPECT_TRUE(inner->closed);
    EXPECT_FALSE(stream->CanRead());
}

TEST(Stream, CompletesAsynchronousMembersInTheCall) {
    MemoryStream stream;
    const auto write = stream.WriteAsync(BytesOf("hello"), 1, 4);
    EXPECT_TRUE(write.IsCompletedSuccessfully());
    EXPECT_TRUE(stream.FlushAsync().IsCompletedSuccessfully());
    stream.position = 0;
    Bytes buffer(8);
    const auto read = stream.ReadAsync(std::span<Byte>(buffer));
    ASSERT_TRUE(read.IsCompletedSuccessfully());
    EXPECT_EQ(read.Result(), 4);
    EXPECT_EQ(buffer[3], 'o');
}

TEST(Stream, DoesNothingForATokenCanceledBeforehand) {
    MemoryStream stream;
    const Bytes bytes = BytesOf("abc");
    EXPECT_TRUE(stream.WriteAsync(std::span<const Byte>(bytes), Stopped()).IsCanceled());
    EXPECT_TRUE(stream.content.empty());
    EXPECT_TRUE(stream.FlushAsync(Stopped()).IsCanceled());
    stream.content = bytes;
    Bytes buffer(8);
    EXPECT_TRUE(stream.ReadAsync(std::span<Byte>(buffer), Stopped()).IsCanceled());
    EXPECT_EQ(stream.position, 0U);
}

TEST(Stream, IsCopiedAsynchronously) {
    MemoryStream from;
    MemoryStream to;
    from.content = Pattern(1000);
    EXPECT_TRUE(from.CopyToAsync(&to, 64).IsCompletedSuccessfully());
    EXPECT_EQ(to.content, from.content);
}

TEST(Stream, EndsOnlyWhatItHasBegun) {
    MemoryStream stream;
    MemoryStream other;
    stream.content = BytesOf("abc");
    Bytes buffer(8);
    const auto result = stream.BeginRead(buffer, 0, 8);
    EXPECT_EQ(ParamOf<ArgumentException>([&] { other.EndRead(result); }), "asyncResult");
    EXPECT_EQ(stream.EndRead(result), 3);
    EXPECT_THROW(stream.EndRead(result), InvalidOperationException);
}

TEST(AsyncResult, IsWaitedForWithoutItsError) {
    Ends ends;
    Bytes buffer(8);
    const std::shared_ptr<IAsyncResult> pending = ends.reader.BeginRead(buffer, 0, 8);
    EXPECT_FALSE(pending->Wait(std::chrono::milliseconds(1)));
    Background waiting([&] { pending->Wait(); });
    ends.writer.WriteByte('w');
    waiting.Finish();
    EXPECT_TRUE(pending->Wait(std::chrono::milliseconds(1)));
    EXPECT_EQ(ends.reader.EndRead(pending), 1);

    const auto ended = ends.reader.BeginRead(buffer, 0, 8);
    ends.reader.Dispose();
    EXPECT_NO_THROW(ended->Wait());
    EXPECT_TRUE(ended->Wait(std::chrono::milliseconds(1)));
    EXPECT_THROW(ends.reader.EndRead(ended), System::Exception);
}

TEST(Task, IsWaitedForNoLongerThanAsked) {
    Ends ends;
    Bytes buffer(8);
    const auto read = ends.reader.ReadAsync(std::span<Byte>(buffer));
    EXPECT_FALSE(read.Wait(std::chrono::milliseconds(1)));
    ends.writer.WriteByte('w');
    EXPECT_TRUE(read.Wait(patience));
}

TEST(StreamBuffer, ReadsShortAtTheEnd) {
    Ends ends;
    ends.writer.Write(BytesOf("abc"), 0, 3);
    ends.writer.Dispose();
    StreamBuffer buffer(ends.reader);
    std::istream in(&buffer);
    std::string text(8, '.');
    in.read(text.data(), 8);
    EXPECT_TRUE(in.eof());
    EXPECT_EQ(in.gcount(), 3);
    EXPECT_EQ(text, "abc.....");
}

TEST(StreamBuffer, HandsOutWhatItHoldsBeforeItReadsAgain) {
    Ends ends;
    ends.writer.Write(BytesOf("abc"), 0, 3);
    StreamBuffer buffer(ends.reader);
    std::istream in(&buffer);
    EXPECT_EQ(in.peek(), 'a');
    std::string text(2, '.');
    in.read(text.data(), 2);
    EXPECT_EQ(text, "ab");
    ends.writer.WriteByte('d');
    in.read(text.data(), 2);
    EXPECT_EQ(text, "cd");
}

TEST(StreamBuffer, IsDestroyedInSilenceAfterABreak) {
    Ends ends;
    ends.reader.Dispose();
    {
        StreamBuffer buffer(ends.writer);
        buffer.sputc('x');
    }
    EXPECT_FALSE(ends.writer.IsConnected()) << "it did try to send the byte";
}

TEST(StreamBuffer, KeepsTheErrorThatAnIostreamLoses) {
    FailingStream failing;
    StreamBuffer buffer(failing);
    std::istream in(&buffer);
    char byte = 0;
    EXPECT_FALSE(in.get(byte));
    EXPECT_TRUE(in.bad());
    ASSERT_TRUE(buffer.Error());
    EXPECT_THROW(std::rethrow_exception(buffer.Error()), IOException);
}

}  // namespace
}  // namespace pipects::testing
