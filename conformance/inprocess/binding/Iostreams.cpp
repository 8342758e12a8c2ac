#include "Binding.hpp"

#include <istream>
#include <ostream>
#include <thread>

namespace pipects::binding {

BOOST_AUTO_TEST_SUITE(binding)
BOOST_AUTO_TEST_SUITE(iostreams)

BOOST_AUTO_TEST_CASE(lines) {
    Pipe pipe;
    {
        StreamBuffer buffer(pipe.writer);
        std::ostream out(&buffer);
        out << "SYNC" << std::endl << "answer " << 42 << '\n';
    }
    pipe.writer.Dispose();
    StreamBuffer buffer(pipe.reader);
    std::istream in(&buffer);
    std::string line;
    BOOST_TEST(static_cast<bool>(std::getline(in, line)));
    BOOST_TEST(line == "SYNC");
    BOOST_TEST(static_cast<bool>(std::getline(in, line)));
    BOOST_TEST(line == "answer 42");
    BOOST_TEST(!std::getline(in, line));
    BOOST_TEST(in.eof());
    BOOST_TEST(!in.bad());
    BOOST_CHECK(buffer.Error() == nullptr);
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_before_the_flush) {
    Pipe pipe;
    StreamBuffer buffer(pipe.writer);
    std::ostream out(&buffer);
    out << "held";
    Byte byte{};
    const auto pending = pipe.reader.ReadAsync(std::span(&byte, 1));
    BOOST_TEST(!pending.IsCompleted());
    out << std::flush;
    BOOST_TEST(pending.Result() == 1);
    BOOST_TEST(byte == 'h');
    BOOST_TEST(ReadText(pipe.reader, 3) == "eld");
}

BOOST_AUTO_TEST_CASE(unitbuf_sends_at_once) {
    Pipe pipe;
    StreamBuffer buffer(pipe.writer);
    std::ostream out(&buffer);
    out << std::unitbuf << "now";
    BOOST_TEST(ReadText(pipe.reader, 3) == "now");
}

BOOST_AUTO_TEST_CASE(every_byte_is_itself) {
    constexpr int values = 256;
    Pipe pipe;
    {
        StreamBuffer buffer(pipe.writer);
        std::ostream out(&buffer);
        for (int i = 0; i < values; ++i) {
            out.put(static_cast<char>(i));
        }
    }
    pipe.writer.Dispose();
    StreamBuffer buffer(pipe.reader);
    std::istream in(&buffer);
    int same = 0;
    for (int i = 0; i < values; ++i) {
        same += in.get() == i ? 1 : 0;
    }
    BOOST_TEST(same == values);
    BOOST_TEST(in.get() == std::char_traits<char>::eof());
}

BOOST_AUTO_TEST_CASE(more_than_is_held) {
    constexpr std::size_t size = 300'000;
    Pipe pipe;
    std::string sent;
    for (std::size_t i = 0; i < size; ++i) {
        sent += static_cast<char>('a' + i % 26);
    }
    std::jthread writing([&] {
        {
            StreamBuffer buffer(pipe.writer);
            std::ostream out(&buffer);
            out << "small" << sent << "end";
        }
        pipe.writer.Dispose();
    });
    StreamBuffer buffer(pipe.reader);
    std::istream in(&buffer);
    std::string got(size + 8, '\0');
    in.read(got.data(), static_cast<std::streamsize>(got.size()));
    BOOST_TEST(in.gcount() == static_cast<std::streamsize>(got.size()));
    BOOST_TEST((got == "small" + sent + "end"));
}

BOOST_AUTO_TEST_CASE(more_than_is_held_byte_by_byte) {
    constexpr std::size_t size = 20'000;  // which the pipe holds
    Pipe pipe;
    std::string sent;
    {
        StreamBuffer buffer(pipe.writer);
        std::ostream out(&buffer);
        for (std::size_t i = 0; i < size; ++i) {
            sent += static_cast<char>('a' + i % 26);
            out.put(sent.back());
        }
    }
    pipe.writer.Dispose();
    BOOST_TEST((ReadText(pipe.reader, size) == sent));
    BOOST_TEST(pipe.reader.ReadByte() == -1);
}

BOOST_AUTO_TEST_CASE(a_broken_pipe_turns_bad) {
    Pipe pipe;
    pipe.reader.Dispose();
    StreamBuffer buffer(pipe.writer);
    std::ostream out(&buffer);
    out << "lost" << std::flush;
    BOOST_TEST(out.bad());
    BOOST_REQUIRE(buffer.Error() != nullptr);
    BOOST_CHECK_THROW(std::rethrow_exception(buffer.Error()), IOException);
}

BOOST_AUTO_TEST_CASE(or_throws_if_asked_to) {
    Pipe pipe;
    pipe.reader.Dispose();
    StreamBuffer buffer(pipe.writer);
    std::ostream out(&buffer);
    out.exceptions(std::ios::badbit);
    BOOST_CHECK_THROW(out << "lost" << std::flush, IOException);
    BOOST_TEST(out.bad());
}

BOOST_AUTO_TEST_CASE(a_wrong_end_turns_bad) {
    Pipe pipe;
    StreamBuffer buffer(pipe.writer);
    std::istream in(&buffer);
    BOOST_TEST(in.get() == std::char_traits<char>::eof());
    BOOST_TEST(in.bad());
    BOOST_REQUIRE(buffer.Error() != nullptr);
    BOOST_CHECK_THROW(std::rethrow_exception(buffer.Error()), NotSupportedException);
}

BOOST_AUTO_TEST_CASE(a_disposed_stream_turns_bad) {
    Pipe pipe;
    StreamBuffer buffer(pipe.reader);
    std::istream in(&buffer);
    pipe.reader.Dispose();
    BOOST_TEST(in.get() == std::char_traits<char>::eof());
    BOOST_TEST(in.bad());
    BOOST_REQUIRE(buffer.Error() != nullptr);
    BOOST_CHECK_THROW(std::rethrow_exception(buffer.Error()), ObjectDisposedException);
}

BOOST_AUTO_TEST_CASE(destruction_drops_what_cannot_be_sent) {
    Pipe pipe;
    pipe.reader.Dispose();
    {
        StreamBuffer buffer(pipe.writer);
        std::ostream out(&buffer);
        out << "lost";
        BOOST_TEST(out.good());
    }
    BOOST_TEST(pipe.writer.CanWrite());  // nobody disposed it
}

BOOST_AUTO_TEST_CASE(reads_what_is_there) {
    Pipe pipe;
    StreamBuffer buffer(pipe.reader);
    std::istream in(&buffer);
    WriteText(pipe.writer, "a line\n");
    std::string line;
    std::getline(in, line);  // doesn't wait for the buffer to be full
    BOOST_TEST(line == "a line");
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::binding
