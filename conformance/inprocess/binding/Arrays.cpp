#include "Binding.hpp"

#include <array>

namespace pipects::binding {

BOOST_AUTO_TEST_SUITE(binding)
BOOST_AUTO_TEST_SUITE(arrays)

BOOST_AUTO_TEST_CASE(null_is_no_empty_array) {
    Pipe pipe;
    const Bytes none;
    BOOST_TEST(ArrayView<Byte>(nullptr).IsNull());
    BOOST_TEST(!ArrayView<const Byte>(none).IsNull());
    BOOST_TEST(ArrayView<const Byte>(none).Length() == 0U);
    CheckThrowsNaming<ArgumentNullException>("buffer", [&] { pipe.reader.Read(nullptr, 0, 0); });
    CheckThrowsNaming<ArgumentNullException>("buffer", [&] { pipe.writer.Write(nullptr, 0, 0); });
    CheckThrowsNaming<ArgumentNullException>("buffer", [&] { pipe.reader.ReadAsync(nullptr, 0, 0).Wait(); });
    CheckThrowsNaming<ArgumentNullException>("buffer", [&] { pipe.writer.WriteAsync(nullptr, 0, 0).Wait(); });
    CheckThrowsNaming<ArgumentNullException>("buffer", [&] { pipe.reader.BeginRead(nullptr, 0, 0); });
    CheckThrowsNaming<ArgumentNullException>("buffer", [&] { pipe.writer.BeginWrite(nullptr, 0, 0); });
}

BOOST_AUTO_TEST_CASE(empty_arrays_do_nothing) {
    Pipe pipe;
    Bytes none;
    BOOST_TEST(pipe.reader.Read(none, 0, 0) == 0);
    BOOST_CHECK_NO_THROW(pipe.writer.Write(none, 0, 0));
    BOOST_TEST(pipe.reader.ReadAsync(none, 0, 0).Result() == 0);
    BOOST_CHECK_NO_THROW(pipe.writer.WriteAsync(none, 0, 0).Wait());
    CheckThrowsNaming<ArgumentOutOfRangeException>("offset", [&] { pipe.reader.Read(none, -1, 0); });
    CheckThrowsNaming<ArgumentOutOfRangeException>("count", [&] { pipe.reader.Read(none, 0, -1); });
    BOOST_CHECK_THROW(pipe.reader.Read(none, 0, 1), ArgumentException);
}

BOOST_AUTO_TEST_CASE(empty_spans_do_nothing) {
    Pipe pipe;
    std::array<Byte, 4> elements{};
    for (const std::span<Byte> empty : {std::span<Byte>(), std::span<Byte>(elements).first(0)}) {
        BOOST_TEST(pipe.reader.Read(empty) == 0);
        BOOST_CHECK_NO_THROW(pipe.writer.Write(empty));
        BOOST_TEST(pipe.reader.ReadAsync(empty).Result() == 0);
        BOOST_CHECK_NO_THROW(pipe.writer.WriteAsync(empty).Wait());
        BOOST_CHECK_NO_THROW(pipe.reader.ReadExactly(empty));
    }
    WriteText(pipe.writer, "x");
    BOOST_TEST(ReadText(pipe.reader, 1) == "x");
}

BOOST_AUTO_TEST_CASE(whatever_holds_bytes_is_an_array) {
    Pipe pipe;
    Bytes vector(2);
    std::array<Byte, 2> array{};
    Byte plain[2] = {};  // NOLINT(cppcoreguidelines-avoid-c-arrays): it is one of the kinds
    const Bytes constant = BytesOf("ab");
    for (int i = 0; i < 3; ++i) {
        pipe.writer.Write(constant, 0, 2);
    }
    BOOST_TEST(pipe.reader.Read(vector, 0, 2) == 2);
    BOOST_TEST(pipe.reader.Read(array, 0, 2) == 2);
    BOOST_TEST(pipe.reader.Read(plain, 0, 2) == 2);
    BOOST_TEST((vector == constant));
    BOOST_TEST((Bytes(array.begin(), array.end()) == constant));
    BOOST_TEST((Bytes(plain, plain + 2) == constant));
    BOOST_CHECK((!std::is_constructible_v<ArrayView<Byte>, const Bytes&>));
}

BOOST_AUTO_TEST_CASE(parts_of_arrays) {
    Pipe pipe;
    Bytes bytes = BytesOf("..hello..");
    pipe.writer.Write(bytes, 2, 5);
    pipe.writer.Write(bytes, 9, 0);
    Bytes target(9, '_');
    BOOST_TEST(pipe.reader.Read(target, 3, 6) == 5);
    BOOST_TEST((target == BytesOf("___hello_")));
    BOOST_CHECK_THROW(pipe.writer.Write(bytes, 9, 1), ArgumentException);
    BOOST_CHECK_THROW(pipe.writer.Write(bytes, 10, 0), ArgumentException);
    BOOST_CHECK_THROW(pipe.writer.Write(bytes, 1, std::numeric_limits<int>::max()), ArgumentException);
}

BOOST_AUTO_TEST_CASE(null_texts_and_handles) {
    CheckThrowsNaming<ArgumentNullException>("pipeHandleAsString", [] { Client(std::nullopt); });
    CheckThrowsNaming<ArgumentNullException>("safePipeHandle",
                                             [] { Client(PipeDirection::In, std::shared_ptr<Handle>()); });
    BOOST_CHECK_THROW(Client(""), ArgumentException);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::binding
