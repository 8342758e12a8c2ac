#include <gtest/gtest.h>
#include <pipects/adapter/Dispatcher.hpp>

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>

// An implementation with other names, few members and exceptions of its own: it compiles, and tells what it
// lacks.

namespace small {

enum class Way { In = 1, Out = 2 };

struct Failure {
    int code = 0;
};

class Server {
  public:
    explicit Server(Way way) {
        if (way != Way::In && way != Way::Out) {
            throw Failure{22};
        }
    }
    bool CanRead() const { return true; }
    int Read(std::span<std::byte> buffer, int offset, int count) {
        for (int i = 0; i < count; ++i) {
            buffer[static_cast<std::size_t>(offset + i)] = std::byte{7};
        }
        return count;
    }
    std::string GetClientHandleAsString() const { return "5"; }
    void Dispose() { throw Failure{9}; }
};

class Client {
  public:
    Client(Way, const std::string& handle) {
        if (handle.empty()) {
            throw std::logic_error("no handle");
        }
    }
};

struct Traits : pipects::adapter::DefaultTraits {
    static constexpr const char* name = "small";
    static constexpr const char* version = "0";
    using AnonymousPipeServerStream = Server;
    using AnonymousPipeClientStream = Client;
    using PipeDirection = Way;
    using Byte = std::byte;
    static std::string PassText(std::optional<std::string_view> text) {
        return std::string(text.value_or(""));
    }

    static pipects::adapter::Thrown Describe(const std::exception_ptr& thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const Failure& failure) {
            return {failure.code == 22 ? "ArgumentOutOfRangeException" : "IOException", "direction", "wrong",
                    nullptr};
        } catch (...) {
            return pipects::adapter::DescribeByType<Traits>(thrown);
        }
    }
};

}  // namespace small

namespace pipects::adapter {
namespace {

class SmallImplementation : public testing::Test {
  protected:
    Json Do(const char* method, const Json& params) {
        return dispatcher_.Handle({{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}});
    }
    Json Create(const char* type, const Json& arguments) {
        return Do("create", {{"type", type}, {"as", "it"}, {"arguments", arguments}});
    }

    Dispatcher<small::Traits> dispatcher_{{}, {"same-process"}};
};

TEST_F(SmallImplementation, TellsAllThatItLacks) {
    EXPECT_EQ(dispatcher_.Lacks(),
              (std::set<std::string>{"access-control", "async", "async-dispose", "begin-end", "copy-to",
                                     "null-arguments", "read-exactly", "safe-handle", "same-process", "span",
                                     "synchronized", "text-streams", "wide-handles"}));
}

TEST_F(SmallImplementation, WhatItHasWorks) {
    Create("AnonymousPipeServerStream", {{"direction", "In"}});
    EXPECT_EQ(
        Do("call", {{"object", "it"},
                    {"member", "Read"},
                    {"arguments",
                     {{"buffer", {{"bytes", {{"length", 3}}}}}, {"offset", 1}, {"count", 1}}}})["result"],
        (Json{{"returned", 1}, {"bytes", {{"buffer", "a507a5"}}}}));
}

TEST_F(SmallImplementation, WhatItLacksIsNotImplemented) {
    const int notImplemented = static_cast<int>(FaultCode::NotImplemented);
    EXPECT_EQ(Create("SafePipeHandle", Json::object())["error"]["code"], notImplemented);
    EXPECT_EQ(Create("AnonymousPipeServerStream", Json::object())["error"]["code"], notImplemented);
    EXPECT_EQ(Create("AnonymousPipeServerStream", {{"direction", "InOut"}})["error"]["code"], notImplemented);
    EXPECT_EQ(Create("AnonymousPipeClientStream",
                     {{"direction", "In"}, {"pipeHandleAsString", nullptr}})["error"]["code"],
              notImplemented);
    Create("AnonymousPipeServerStream", {{"direction", "In"}});
    EXPECT_EQ(Do("call", {{"object", "it"}, {"member", "ReadAsync"}})["error"]["code"], notImplemented);
    EXPECT_EQ(Do("describe", {{"type", "SafePipeHandle"}})["error"]["code"], notImplemented);
}

TEST_F(SmallImplementation, ItsExceptionsHaveTheNamesThatItsAuthorGives) {
    EXPECT_EQ(
        Create("AnonymousPipeServerStream", {{"direction", 9}})["result"]["threw"],
        (Json{{"type", "ArgumentOutOfRangeException"}, {"parameter", "direction"}, {"message", "wrong"}}));
    EXPECT_EQ(Create("AnonymousPipeClientStream",
                     {{"direction", "In"}, {"pipeHandleAsString", ""}})["result"]["threw"]["type"],
              "logic_error");
}

TEST_F(SmallImplementation, ForgetNeverThrows) {
    Create("AnonymousPipeServerStream", {{"direction", "In"}});
    EXPECT_TRUE(Do("forget", {{"dispose", true}})["result"].is_null());
}

}  // namespace
}  // namespace pipects::adapter
