#include "Support.hpp"

// StreamWriter and StreamReader.

namespace pipects::testing {
namespace {

using System::ArgumentException;
using System::ArgumentNullException;
using System::ObjectDisposedException;

[[nodiscard]] MemoryStream Holding(std::string_view text) {
    MemoryStream stream;
    stream.content = BytesOf(text);
    return stream;
}

[[nodiscard]] std::string TextOf(const MemoryStream& stream) {
    return {stream.content.begin(), stream.content.end()};
}

TEST(StreamWriter, HoldsTextUntilItIsFlushed) {
    MemoryStream stream;
    StreamWriter writer(&stream, true);
    writer.WriteLine("SYNC");
    writer.Write('x');
    EXPECT_EQ(TextOf(stream), "");
    writer.Flush();
    EXPECT_EQ(TextOf(stream), "SYNC\nx");
    writer.SetNewLine("\r\n");
    writer.WriteLine();
    writer.SetAutoFlush(true);
    EXPECT_EQ(TextOf(stream), "SYNC\nx\r\n");
    writer.Write("öäü");
    EXPECT_EQ(TextOf(stream), "SYNC\nx\r\nöäü");
    EXPECT_TRUE(writer.AutoFlush());
    EXPECT_EQ(writer.NewLine(), "\r\n");
}

TEST(StreamWriter, DisposesItsStreamUnlessThatIsLeftOpen) {
    MemoryStream stream;
    {
        StreamWriter writer(&stream, true);
        writer.Write("a");
    }
    EXPECT_EQ(TextOf(stream), "a");
    EXPECT_FALSE(stream.closed);
    {
        StreamWriter writer(&stream);
        EXPECT_EQ(writer.BaseStream(), &stream);
        writer.Write("b");
        writer.Close();
        EXPECT_EQ(TextOf(stream), "ab");
        EXPECT_TRUE(stream.closed);
        EXPECT_THROW(writer.Write("c"), ObjectDisposedException);
        EXPECT_THROW(writer.Flush(), ObjectDisposedException);
        EXPECT_NO_THROW(writer.Dispose());
    }
}

TEST(StreamWriter, TellsThatThePipeIsBrokenAndDisposesItAllTheSame) {
    Ends ends;
    ends.reader.Dispose();
    StreamWriter writer(&ends.writer);
    writer.Write("lost");
    EXPECT_THROW(writer.Dispose(), IOException);
    EXPECT_FALSE(ends.writer.CanWrite());
    Ends others;
    others.reader.Dispose();
    const auto write = [&] {
        StreamWriter dropped(&others.writer);
        dropped.Write("lost");
    };
    EXPECT_NO_THROW(write());
}

TEST(StreamReader, EndsALineInEitherWay) {
    MemoryStream stream = Holding("one\ntwo\r\n\rthree\r\n\nlast");
    StreamReader reader(&stream, true);
    for (const char* const line : {"one", "two", "", "three", "", "last"}) {
        EXPECT_EQ(reader.ReadLine(), line);
    }
    EXPECT_TRUE(reader.EndOfStream());
    EXPECT_EQ(reader.ReadLine(), std::nullopt);
}

TEST(StreamReader, WaitsForNoByteBeyondALinesEnd) {
    Ends ends;
    StreamReader reader(&ends.reader);
    ends.writer.Write(BytesOf("now\r"), 0, 4);
    EXPECT_EQ(reader.ReadLine(), "now");
    ends.writer.Write(BytesOf("\nthen\xFF"), 0, 6);  // no character
    EXPECT_FALSE(reader.EndOfStream());
    ends.writer.Dispose();
    EXPECT_EQ(reader.ReadToEnd(), "then\uFFFD");
    EXPECT_EQ(reader.ReadToEnd(), "");
}

TEST(StreamReader, DisposesItsStreamUnlessThatIsLeftOpen) {
    MemoryStream stream = Holding("x");
    { const StreamReader reader(&stream, true); }
    EXPECT_FALSE(stream.closed);
    StreamReader reader(&stream);
    EXPECT_EQ(reader.BaseStream(), &stream);
    reader.Close();
    reader.Dispose();
    EXPECT_TRUE(stream.closed);
    EXPECT_THROW(static_cast<void>(reader.ReadLine()), ObjectDisposedException);
    EXPECT_THROW(static_cast<void>(reader.EndOfStream()), ObjectDisposedException);
}

/// Gives one byte, and disposes what reads it meanwhile, as another thread might.
class Interrupting final : public MemoryStream {
  public:
    using MemoryStream::Read;
    int Read(std::span<Byte> buffer) override {
        if (closed) {
            throw ObjectDisposedException("Cannot read from a closed stream.");
        }
        const int count = MemoryStream::Read(buffer);
        reader->Dispose();
        return count;
    }

    StreamReader* reader = nullptr;
};

TEST(StreamReader, FailsIfItIsDisposedWhileItReads) {
    Interrupting stream;
    stream.content = BytesOf("x");
    StreamReader reader(&stream);
    stream.reader = &reader;
    EXPECT_THROW(static_cast<void>(reader.ReadToEnd()), ObjectDisposedException);
}

TEST(StreamReader, ReadsToTheEndOfAStreamThatIsLeftOpenWhileItReads) {
    Interrupting stream;
    stream.content = BytesOf("x");
    StreamReader reader(&stream, true);
    stream.reader = &reader;
    EXPECT_EQ(reader.ReadToEnd(), "x");
    EXPECT_THROW(static_cast<void>(reader.ReadToEnd()), ObjectDisposedException);
}

TEST(StreamWriter, FailsIfItsStreamIsDisposedWhileItWrites) {
    Ends ends;
    StreamWriter writer(&ends.writer);
    writer.SetAutoFlush(true);
    Fill(ends.writer);
    Background write([&] { writer.WriteLine("more"); });
    write.WaitUntilBlocked();
    ends.writer.Dispose();  // the writer itself serves one thread at a time
    EXPECT_THROW(write.Finish(), System::Exception);
    EXPECT_THROW(writer.WriteLine("more"), ObjectDisposedException);
}

TEST(Text, RefusesNoStreamAndTheWrongEnd) {
    Ends ends;
    EXPECT_EQ(ParamOf<ArgumentNullException>([] { StreamWriter writer(nullptr); }), "stream");
    EXPECT_EQ(ParamOf<ArgumentNullException>([] { StreamReader reader(nullptr); }), "stream");
    EXPECT_THROW(StreamWriter writer(&ends.reader), ArgumentException);
    EXPECT_THROW(StreamReader reader(&ends.writer), ArgumentException);
}

TEST(StreamReader, ReadsWhatIsNoCharacterAsItsReplacement) {
    const auto read = [](std::string_view text) {
        MemoryStream stream = Holding(text);
        return StreamReader(&stream, true).ReadToEnd();
    };
    EXPECT_EQ(read("a\xE2\x82"), "a\uFFFD");                           // cut by the end
    EXPECT_EQ(read("\xE2\x82\xC3\xA4\xF0\x9F\x98"), "\uFFFDä\uFFFD");  // and by another one
    EXPECT_EQ(read("\x82\xC0\x80"), "\uFFFD\uFFFD\uFFFD");             // none begins so
    EXPECT_EQ(read("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");             // a surrogate
    EXPECT_EQ(read("\xF4\x8F\xBF\xBF\xED\x9F\xBF"), "\U0010FFFF\uD7FF");
}

}  // namespace
}  // namespace pipects::testing
