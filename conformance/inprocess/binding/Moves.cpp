#include "Binding.hpp"

#include <boost/mpl/list.hpp>

#include <type_traits>

namespace pipects::binding {

BOOST_AUTO_TEST_SUITE(binding)
BOOST_AUTO_TEST_SUITE(moves)

using Ends = boost::mpl::list<Server, Client>;

BOOST_AUTO_TEST_CASE_TEMPLATE(shape, End, Ends) {
    BOOST_TEST(std::is_nothrow_move_constructible_v<End>);
    BOOST_TEST(std::is_nothrow_move_assignable_v<End>);
    BOOST_TEST(!std::is_copy_constructible_v<End>);
    BOOST_TEST(!std::is_copy_assignable_v<End>);
    BOOST_TEST(std::is_nothrow_destructible_v<End>);
    BOOST_TEST(std::has_virtual_destructor_v<End>);
    BOOST_TEST(std::is_final_v<End>);
    BOOST_CHECK((std::is_base_of_v<PipeStream, End>));
    BOOST_CHECK((std::is_base_of_v<Stream, End>));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(constness, End, Ends) {
    BOOST_CHECK((requires(const End& end) {
        end.CanRead();
        end.CanWrite();
        end.CanSeek();
        end.CanTimeout();
        end.IsConnected();
        end.IsAsync();
        end.IsMessageComplete();
        end.TransmissionMode();
        end.ReadMode();
        end.InBufferSize();
        end.OutBufferSize();
        end.Length();
        end.Position();
    }));
    BOOST_CHECK((!requires(const End& end) { end.ReadByte(); }));
    BOOST_CHECK((!requires(const End& end) { end.WriteByte(0); }));
    BOOST_CHECK((!requires(const End& end) { end.Flush(); }));
    BOOST_CHECK((!requires(const End& end) { end.Dispose(); }));
    BOOST_CHECK((!requires(const End& end) { end.SetReadMode(Mode::Byte); }));
    BOOST_CHECK((!requires(const End& end) { end.SafePipeHandle(); }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(promises_not_to_throw, End, Ends) {
    BOOST_TEST(noexcept(std::declval<const End&>().CanRead()));
    BOOST_TEST(noexcept(std::declval<const End&>().CanWrite()));
    BOOST_TEST(noexcept(std::declval<const End&>().CanSeek()));
    BOOST_TEST(noexcept(std::declval<const End&>().IsConnected()));
    BOOST_TEST(noexcept(std::declval<const End&>().IsAsync()));
}

BOOST_AUTO_TEST_CASE(handle) {
    BOOST_TEST(!std::is_copy_constructible_v<Handle>);
    BOOST_TEST(!std::is_move_constructible_v<Handle>);
    BOOST_TEST(noexcept(std::declval<Handle&>().Dispose()));
    BOOST_TEST(noexcept(std::declval<const Handle&>().IsClosed()));
    BOOST_TEST(noexcept(std::declval<const Handle&>().IsInvalid()));
    BOOST_TEST(noexcept(std::declval<const Handle&>().DangerousGetHandle()));
}

BOOST_AUTO_TEST_CASE(takes_the_pipe_along) {
    Pipe pipe;
    Server writer = std::move(pipe.writer);
    Client reader = std::move(pipe.reader);
    WriteText(writer, "hello");
    BOOST_TEST(ReadText(reader, 5) == "hello");
}

BOOST_AUTO_TEST_CASE(takes_the_client_handle_along) {
    Server made(PipeDirection::Out);
    const std::string text = made.GetClientHandleAsString();
    Server server = std::move(made);
    BOOST_TEST(server.GetClientHandleAsString() == text);
    Client client(PipeDirection::In, server.ClientSafePipeHandle());
    WriteText(server, "x");
    BOOST_TEST(ReadText(client, 1) == "x");
}

BOOST_AUTO_TEST_CASE(leaves_a_disposed_stream) {
    Pipe pipe;
    const Server taken = std::move(pipe.writer);
    BOOST_TEST(taken.CanWrite());
    Server& left = pipe.writer;  // NOLINT(bugprone-use-after-move): that is the point
    BOOST_TEST(!left.CanWrite());
    BOOST_TEST(!left.IsConnected());
    BOOST_CHECK_THROW(left.WriteByte(0), ObjectDisposedException);
    BOOST_CHECK_NO_THROW(left.Dispose());
    BOOST_CHECK_NO_THROW(left.Dispose());
}

BOOST_AUTO_TEST_CASE(assignment_closes_what_was_there) {
    Pipe first;
    Pipe second;
    first.writer = std::move(second.writer);
    BOOST_TEST(first.reader.ReadByte() == -1);
    WriteText(first.writer, "2");
    BOOST_TEST(ReadText(second.reader, 1) == "2");
}

BOOST_AUTO_TEST_CASE(assignment_of_a_client_closes_what_was_there) {
    Pipe first;
    Pipe second;
    first.reader = std::move(second.reader);
    BOOST_CHECK_THROW(first.writer.WriteByte(0), IOException);
    WriteText(second.writer, "2");
    BOOST_TEST(ReadText(first.reader, 1) == "2");
}

BOOST_AUTO_TEST_CASE(assignment_ends_what_waits_there) {
    Pipe first;
    Pipe second;
    Byte byte{};
    const auto pending = first.reader.ReadAsync(std::span(&byte, 1));
    first.reader = std::move(second.reader);
    BOOST_REQUIRE(Eventually([&] { return pending.IsCompleted(); }));
    BOOST_CHECK_THROW(pending.Result(), IOException);
}

BOOST_AUTO_TEST_CASE(assignment_takes_along_what_a_disposal_asks,
                     COVERS("server.dispose.string-inheritable-client-closed")) {
    for (const bool isInheritable : {true, false}) {
        const auto inheritable = HandleInheritability::Inheritable;
        const auto none = HandleInheritability::None;
        Server made(PipeDirection::Out, isInheritable ? inheritable : none);
        const auto handle = made.ClientSafePipeHandle();
        static_cast<void>(made.GetClientHandleAsString());
        Server server(PipeDirection::Out, isInheritable ? none : inheritable);
        server = std::move(made);
        server.Dispose();
        BOOST_TEST(handle->IsClosed() == isInheritable);
    }
}

BOOST_AUTO_TEST_CASE(assignment_takes_along_that_the_handle_was_taken,
                     COVERS("server.dispose.safe-handle-exposed-client-kept")) {
    Server made(PipeDirection::Out);
    const auto handle = made.ClientSafePipeHandle();
    Server server(PipeDirection::Out);
    server = std::move(made);
    server.Dispose();
    BOOST_TEST(!handle->IsClosed());

    Server fresh(PipeDirection::Out);
    const Client client(PipeDirection::In, fresh.ClientSafePipeHandle());
    Server other(PipeDirection::Out);
    fresh = std::move(other);  // nobody has its client handle
    fresh.Dispose();
    BOOST_TEST(fresh.ClientSafePipeHandle()->IsClosed());
}

BOOST_AUTO_TEST_CASE(assignment_to_itself_is_harmless) {
    Pipe pipe;
    Server& same = pipe.writer;
    pipe.writer = std::move(same);
    WriteText(pipe.writer, "1");
    BOOST_TEST(ReadText(pipe.reader, 1) == "1");
}

BOOST_AUTO_TEST_CASE(into_containers) {
    std::vector<Server> servers;
    for (int i = 0; i < 10; ++i) {
        servers.emplace_back(PipeDirection::Out);
    }
    for (Server& server : servers) {
        Client client(PipeDirection::In, server.ClientSafePipeHandle());
        WriteText(server, "x");
        BOOST_TEST(ReadText(client, 1) == "x");
    }
}

BOOST_AUTO_TEST_CASE(with_an_operation_under_way) {
    Pipe pipe;
    Byte byte{};
    const auto pending = pipe.reader.ReadAsync(std::span(&byte, 1));
    const Client reader = std::move(pipe.reader);
    WriteText(pipe.writer, "x");
    BOOST_TEST(pending.Result() == 1);
    BOOST_TEST(byte == 'x');
}

BOOST_AUTO_TEST_CASE(destruction_ends_the_pipe) {
    Server writer(PipeDirection::Out);
    {
        const Client reader(PipeDirection::In, writer.ClientSafePipeHandle());
        BOOST_TEST(reader.IsConnected());
    }
    BOOST_CHECK_THROW(writer.WriteByte(0), IOException);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::binding
