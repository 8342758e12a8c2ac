#include <gtest/gtest.h>
#include <pipects/adapter/Message.hpp>

namespace pipects::adapter {
namespace {

FaultCode CodeOf(const Json& message) {
    try {
        static_cast<void>(ParseRequest(message));
    } catch (const Fault& fault) {
        return fault.Code();
    }
    throw std::logic_error("accepted");
}

TEST(Message, ThreadIsMainUnlessNamed) {
    EXPECT_EQ(ParseRequest({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "get"}}).Thread(), "main");
    EXPECT_EQ(ParseRequest({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "get"}, {"params", {{"thread", "x"}}}})
                  .Thread(),
              "x");
}

TEST(Message, WhatIsNoRequestIsRefused) {
    EXPECT_EQ(CodeOf(Json::array()), FaultCode::MalformedRequest);
    EXPECT_EQ(CodeOf(7), FaultCode::MalformedRequest);
    EXPECT_EQ(CodeOf({{"id", 1}, {"method", "get"}}), FaultCode::MalformedRequest);
    EXPECT_EQ(CodeOf({{"jsonrpc", "2.0"}, {"id", 1}}), FaultCode::MalformedRequest);
    EXPECT_EQ(CodeOf({{"jsonrpc", "2.0"}, {"method", "get"}}), FaultCode::MalformedRequest);
    EXPECT_EQ(CodeOf({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "get"}, {"params", Json::array()}}),
              FaultCode::WrongParameters);
    EXPECT_EQ(CodeOf({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "get"}, {"params", {{"thread", 1}}}}),
              FaultCode::WrongParameters);
}

TEST(Message, LineThatIsNotJsonIsMalformed) {
    for (const char* line : {"", "{", "hello", "{\"a\":}", "\xff"}) {
        EXPECT_THROW(static_cast<void>(ParseMessage(line)), Fault) << line;
    }
}

TEST(Message, AnswerIsOneLineWhateverTheText) {
    EXPECT_EQ(ToLine(Answer(1, "a\nb")), "{\"id\":1,\"jsonrpc\":\"2.0\",\"result\":\"a\\nb\"}\n");
    EXPECT_NE(ToLine(Answer(1, "\xff")).find("\xef\xbf\xbd"), std::string::npos);
}

}  // namespace
}  // namespace pipects::adapter
