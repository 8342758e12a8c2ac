#include "ReferenceTraits.hpp"

#include <gtest/gtest.h>
#include <pipects/adapter/Dispatcher.hpp>

#include <string>
#include <thread>

namespace pipects::adapter {
namespace {

constexpr auto NotImplemented = static_cast<int>(FaultCode::NotImplemented);
constexpr auto WrongParameters = static_cast<int>(FaultCode::WrongParameters);
constexpr auto NoSuchObject = static_cast<int>(FaultCode::NoSuchObject);

class DispatcherOnTheReference : public testing::Test {
  protected:
    static Json Message(const char* method, Json params) {
        return {{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(params)}};
    }
    Json Do(const char* method, Json params) {
        return dispatcher_.Handle(Message(method, std::move(params)))["result"];
    }
    int ErrorOf(const char* method, Json params) {
        return dispatcher_.Handle(Message(method, std::move(params)))["error"]["code"].get<int>();
    }
    std::future<Json> Begin(const char* method, Json params) {
        return dispatcher_.Begin(Message(method, std::move(params)));
    }

    Json Create(const char* type, const char* name, Json arguments) {
        return Do("create", {{"type", type}, {"as", name}, {"arguments", std::move(arguments)}});
    }
    Json Call(const char* object, const char* member, Json arguments = Json::object(),
              Json others = Json::object()) {
        others.update({{"object", object}, {"member", member}, {"arguments", std::move(arguments)}});
        return Do("call", std::move(others));
    }
    Json Get(const char* object, const char* member, Json others = Json::object()) {
        others.update({{"object", object}, {"member", member}});
        return Do("get", std::move(others));
    }

    /// `server` reads what `client` writes.
    void CreatePipe() {
        Create("AnonymousPipeServerStream", "server", {{"direction", "In"}});
        Get("server", "ClientSafePipeHandle", {{"as", "handle"}});
        Create("AnonymousPipeClientStream", "client",
               {{"direction", "Out"}, {"safePipeHandle", {{"object", "handle"}}}});
    }

    Dispatcher<reference::ReferenceTraits> dispatcher_;
};

Json Bytes(const char* hex) {
    return {{"bytes", {{"hex", hex}}}};
}
Json Range(const char* hex, int offset, int count) {
    return {{"buffer", Bytes(hex)}, {"offset", offset}, {"count", count}};
}
const Json none = Json::object();

TEST_F(DispatcherOnTheReference, LacksNothingButAccessControl) {
    EXPECT_EQ(dispatcher_.Lacks(), std::set<std::string>{"access-control"});
}

TEST_F(DispatcherOnTheReference, ObjectIsReturnedByNameAndType) {
    EXPECT_EQ(Create("AnonymousPipeServerStream", "s", none),
              (Json{{"returned", {{"object", "s"}, {"type", "AnonymousPipeServerStream"}}}}));
}

TEST_F(DispatcherOnTheReference, SetOfNamesPicksTheConstructor) {
    for (const Json& arguments :
         {Json::object(), Json{{"direction", "Out"}},
          Json{{"direction", "In"}, {"inheritability", "Inheritable"}},
          Json{{"inheritability", "None"}, {"direction", "In"}, {"bufferSize", 4096}}}) {
        EXPECT_TRUE(Create("AnonymousPipeServerStream", "s", arguments).contains("returned")) << arguments;
    }
    EXPECT_EQ(ErrorOf("create",
                      {{"type", "AnonymousPipeServerStream"}, {"arguments", {{"inheritability", "None"}}}}),
              NotImplemented);
}

TEST_F(DispatcherOnTheReference, ExceptionIsAnOutcomeWithItsDocumentedName) {
    const Json outcome = Create("AnonymousPipeServerStream", "s", {{"direction", "InOut"}});
    EXPECT_EQ(outcome["threw"]["type"], "NotSupportedException");
    EXPECT_TRUE(outcome["threw"]["parameter"].is_null());
    EXPECT_NE(outcome["threw"]["message"], "");
    EXPECT_EQ(ErrorOf("get", {{"object", "s"}, {"member", "CanRead"}}), NoSuchObject);
}

TEST_F(DispatcherOnTheReference, NumberThatNamesNoMemberIsPassedOn) {
    const Json outcome = Create("AnonymousPipeServerStream", "s", {{"direction", 42}});
    EXPECT_EQ(outcome["threw"]["type"], "ArgumentOutOfRangeException");
    EXPECT_EQ(outcome["threw"]["parameter"], "direction");
}

TEST_F(DispatcherOnTheReference, NullIsPassedOn) {
    EXPECT_EQ(Create("AnonymousPipeClientStream", "c", {{"pipeHandleAsString", nullptr}})["threw"]["type"],
              "ArgumentNullException");
    CreatePipe();
    EXPECT_EQ(
        Call("client", "Write", {{"buffer", nullptr}, {"offset", 0}, {"count", 0}})["threw"]["parameter"],
        "buffer");
}

TEST_F(DispatcherOnTheReference, WhatCannotExistIsNotImplemented) {
    CreatePipe();
    EXPECT_EQ(ErrorOf("create", {{"type", "NoSuchType"}, {"as", "x"}, {"arguments", none}}), NotImplemented);
    EXPECT_EQ(ErrorOf("call", {{"object", "server"}, {"member", "NoSuchMember"}}), NotImplemented);
    EXPECT_EQ(ErrorOf("call", {{"object", "server"}, {"member", "Read"}, {"arguments", {{"x", 1}}}}),
              NotImplemented);
    EXPECT_EQ(ErrorOf("get", {{"object", "server"}, {"member", "NoSuchMember"}}), NotImplemented);
    EXPECT_EQ(ErrorOf("set", {{"object", "server"}, {"member", "CanRead"}, {"value", true}}), NotImplemented);
    EXPECT_EQ(ErrorOf("describe", {{"type", "NoSuchType"}}), NotImplemented);
    EXPECT_EQ(ErrorOf("no_such_method", none), static_cast<int>(FaultCode::NoSuchMethod));
}

TEST_F(DispatcherOnTheReference, ArgumentsOfTheWrongKindAreWrongParameters) {
    CreatePipe();
    EXPECT_EQ(
        ErrorOf("call", {{"object", "client"}, {"member", "WriteByte"}, {"arguments", {{"value", 256}}}}),
        WrongParameters);
    EXPECT_EQ(ErrorOf("call", {{"object", "client"}, {"member", "Write"}, {"arguments", {{"buffer", 1}}}}),
              WrongParameters);
    EXPECT_EQ(ErrorOf("call", {{"object", "client"},
                               {"member", "Write"},
                               {"arguments", {{"buffer", {{"object", "handle"}}}}}}),
              WrongParameters);
    EXPECT_EQ(ErrorOf("call", {{"member", "Write"}}), WrongParameters);
}

TEST_F(DispatcherOnTheReference, ArraysSpelledOutAreShownAfterTheCall) {
    CreatePipe();
    EXPECT_EQ(Call("client", "Write", Range("010203", 1, 2)),
              (Json{{"returned", nullptr}, {"bytes", {{"buffer", "010203"}}}}));
    EXPECT_EQ(Call("server", "Read", Range("ffffffff", 1, 3)),
              (Json{{"returned", 2}, {"bytes", {{"buffer", "ff0203ff"}}}}));
}

TEST_F(DispatcherOnTheReference, NamedBytesAreTheArrayItself) {
    CreatePipe();
    Create("Bytes", "array", {{"length", 3}});
    Call("client", "WriteByte", {{"value", 1}});
    EXPECT_EQ(Call("server", "Read", {{"buffer", {{"object", "array"}}}}), (Json{{"returned", 1}}));
    EXPECT_EQ(Get("array", "Hex")["returned"], "01a5a5");
}

TEST_F(DispatcherOnTheReference, VeryObjectHasItsFirstName) {
    CreatePipe();
    EXPECT_EQ(Get("server", "ClientSafePipeHandle")["returned"],
              (Json{{"object", nullptr}, {"type", "SafePipeHandle"}, {"same", "handle"}}));
}

TEST_F(DispatcherOnTheReference, ValueKeptUnderANameServesAsAnArgument) {
    Create("AnonymousPipeServerStream", "server", {{"direction", "In"}});
    Call("server", "GetClientHandleAsString", none, {{"as", "text"}});
    EXPECT_TRUE(Create("AnonymousPipeClientStream", "client",
                       {{"direction", "Out"}, {"pipeHandleAsString", {{"object", "text"}}}})
                    .contains("returned"));
}

TEST_F(DispatcherOnTheReference, MainRunsOnTheCallersThreadAndOthersElsewhere) {
    CreatePipe();
    auto blocked = Begin(
        "call",
        {{"object", "server"}, {"member", "Read"}, {"thread", "reader"}, {"arguments", Range("0000", 0, 2)}});
    EXPECT_EQ(Get("server", "IsConnected")["returned"], true);
    Call("client", "WriteByte", {{"value", 9}});
    EXPECT_EQ(blocked.get()["result"]["returned"], 1);
}

TEST_F(DispatcherOnTheReference, ForgettingDisposesWhoeverIsBlocked) {
    CreatePipe();
    auto blocked = Begin("call", {{"object", "server"}, {"member", "ReadByte"}, {"thread", "reader"}});
    // Not the client, whose going would be the end of the stream.
    EXPECT_TRUE(Do("forget", {{"objects", {"server"}}, {"dispose", true}}).is_null());
    const Json answer = blocked.get();
    if (answer.contains("result")) {  // else the call came too late for the name
        const std::string type = answer["result"].value("/threw/type"_json_pointer, "");
        EXPECT_TRUE(type == "IOException" || type == "ObjectDisposedException") << answer;
    }
    EXPECT_EQ(ErrorOf("get", {{"object", "server"}, {"member", "CanRead"}}), NoSuchObject);
}

TEST_F(DispatcherOnTheReference, ForgottenStreamIsReleased) {
    CreatePipe();
    Do("forget", {{"objects", {"client", "handle"}}});
    EXPECT_EQ(Call("server", "ReadByte")["returned"], -1);
}

TEST_F(DispatcherOnTheReference, TokenOfACanceledOperationHasItsName) {
    CreatePipe();
    Create("CancellationTokenSource", "source", none);
    Get("source", "Token", {{"as", "token"}});
    EXPECT_EQ(Call("server", "ReadAsync",
                   {{"buffer", Bytes("00")}, {"cancellationToken", {{"object", "token"}}}}, {{"as", "task"}}),
              (Json{{"returned", {{"object", "task"}, {"type", "Task"}}}}));
    Call("source", "Cancel");
    EXPECT_EQ(Call("task", "Wait")["threw"]["token"], "token");
    EXPECT_EQ(Get("task", "IsCanceled")["returned"], true);
}

TEST_F(DispatcherOnTheReference, EndOfAnOperationShowsTheArrayOfItsBeginning) {
    CreatePipe();
    Call("server", "ReadAsync", {{"buffer", Bytes("ffff")}}, {{"as", "task"}});
    Call("client", "WriteByte", {{"value", 1}});
    EXPECT_EQ(Call("task", "Wait"), (Json{{"returned", 1}, {"bytes", {{"buffer", "01ff"}}}}));
}

TEST_F(DispatcherOnTheReference, CallbackEndsTheOperation) {
    CreatePipe();
    Json arguments = Range("ff", 0, 1);
    arguments["callback"] = {{"callback", "callback"}, {"ends", "EndRead"}};
    arguments["state"] = {{"object", "client"}};
    Call("server", "BeginRead", arguments, {{"as", "result"}});
    EXPECT_EQ(Get("result", "AsyncState")["returned"]["same"], "client");
    EXPECT_EQ(Get("callback", "Count")["returned"], 0);
    Call("client", "WriteByte", {{"value", 2}});
    EXPECT_EQ(Call("callback", "Wait"), (Json{{"returned", 1}, {"bytes", {{"buffer", "02"}}}}));
    EXPECT_EQ(Call("server", "EndRead", {{"asyncResult", {{"object", "result"}}}})["threw"]["type"],
              "InvalidOperationException");
}

TEST_F(DispatcherOnTheReference, PendingOperationMayBeForgotten) {
    CreatePipe();
    for (int i = 0; i < 20; ++i) {
        Call("server", "ReadAsync", {{"buffer", Bytes("ffff")}});  // nobody has a name for it
    }
    Call("client", "Write", {{"buffer", Bytes("0102030405060708")}});
    EXPECT_TRUE(Do("forget", none).is_null());
}

TEST_F(DispatcherOnTheReference, TransferReportsTheFirstDifference) {
    CreatePipe();
    auto reading = Begin("transfer", {{"object", "server"},
                                      {"member", "Read"},
                                      {"overload", {"buffer"}},
                                      {"pattern", 1},
                                      {"total", 1000000},
                                      {"chunk", 999},
                                      {"thread", "reader"}});
    Do("transfer", {{"object", "client"},
                    {"member", "WriteAsync"},
                    {"overload", {"buffer", "offset", "count"}},
                    {"pattern", 1},
                    {"total", 600000},
                    {"chunk", 70000}});
    Call("client", "WriteByte", {{"value", PatternByte(1, 600000) ^ 1U}});
    Call("client", "Dispose");
    const Json read = reading.get()["result"]["returned"];
    EXPECT_EQ(read["count"], 600001);
    EXPECT_EQ(read["firstDifference"], 600000);
    EXPECT_EQ(read["ended"], true);
}

TEST_F(DispatcherOnTheReference, EveryReadingMemberTransfers) {
    for (const char* member : {"Read", "ReadAsync", "ReadByte", "BeginRead", "ReadExactly"}) {
        CreatePipe();
        const Json overload =
            std::string(member) == "ReadByte" ? Json::array() : Json{"buffer", "offset", "count"};
        auto reading = Begin("transfer", {{"object", "server"},
                                          {"member", member},
                                          {"overload", overload},
                                          {"pattern", 4},
                                          {"total", 5000},
                                          {"chunk", 100},
                                          {"thread", "reader"}});
        Do("transfer", {{"object", "client"},
                        {"member", "Write"},
                        {"overload", {"buffer"}},
                        {"pattern", 4},
                        {"total", 5000},
                        {"chunk", 1234}});
        const Json read = reading.get()["result"]["returned"];
        EXPECT_EQ(read["count"], 5000) << member;
        EXPECT_EQ(read["firstDifference"], -1) << member;
        EXPECT_EQ(read["ended"], false) << member;
    }
}

TEST_F(DispatcherOnTheReference, CopiesIntoMemory) {
    CreatePipe();
    Create("MemoryStream", "memory", none);
    Call("client", "Write", {{"buffer", Bytes("0102")}});
    Call("client", "Dispose");
    Call("server", "CopyTo", {{"destination", {{"object", "memory"}}}});
    EXPECT_EQ(Get("memory", "Hex")["returned"], "0102");
    Create("MemoryStream", "readonly", {{"writable", false}});
    EXPECT_EQ(Call("server", "CopyTo", {{"destination", {{"object", "readonly"}}}})["threw"]["type"],
              "NotSupportedException");
}

TEST_F(DispatcherOnTheReference, StaticMemberIsCalledOnItsType) {
    CreatePipe();
    EXPECT_EQ(Do("call", {{"type", "Stream"},
                          {"member", "Synchronized"},
                          {"as", "wrapped"},
                          {"arguments", {{"stream", {{"object", "server"}}}}}})["returned"]["type"],
              "Stream");
    EXPECT_EQ(Get("wrapped", "CanRead")["returned"], true);
}

TEST_F(DispatcherOnTheReference, DescribesWhatCppTells) {
    const Json server = Do("describe", {{"type", "AnonymousPipeServerStream"}})["returned"];
    EXPECT_EQ(server["namespace"], "System.IO.Pipes");
    EXPECT_EQ(server["base"], "PipeStream");
    EXPECT_EQ(server["sealed"], true);
    EXPECT_FALSE(server.contains("interfaces"));
    EXPECT_EQ(Do("describe", {{"type", "PipeDirection"}})["returned"]["values"],
              (Json{{"In", 1}, {"Out", 2}, {"InOut", 3}}));
    EXPECT_EQ(Do("describe", {{"type", "PipeStream"}, {"member", "IsConnected"}})["returned"],
              (Json{{"kind", "property"},
                    {"access", "public"},
                    {"static", false},
                    {"type", "Boolean"},
                    {"get", "public"},
                    {"set", "protected"}}));
    EXPECT_EQ(Do("describe", {{"type", "PipeStream"}, {"member", "CheckReadOperations"}})["returned"]["kind"],
              "method");
}

TEST_F(DispatcherOnTheReference, FailedStartIsAnError) {
    EXPECT_EQ(ErrorOf("start",
                      {{"program", "/no/such/program"}, {"arguments", Json::array()}, {"environment", none}}),
              static_cast<int>(FaultCode::AdapterFailed));
    EXPECT_EQ(ErrorOf("start", {{"program", "/bin/true"}, {"way", "other"}}), WrongParameters);
}

TEST_F(DispatcherOnTheReference, DescriptorIsClosedByDispose) {
    for (const char* kind : {"file", "directory", "socket"}) {
        Create("Descriptor", "d", {{"kind", kind}});
        const int number = Get("d", "Number")["returned"].get<int>();
        EXPECT_NE(::fcntl(number, F_GETFD) & FD_CLOEXEC, 0) << kind;
        Call("d", "Dispose");
        EXPECT_EQ(::fcntl(number, F_GETFD), -1) << kind;
    }
}

}  // namespace
}  // namespace pipects::adapter
