#include <gtest/gtest.h>
#include <pipects/adapter/Message.hpp>
#include <pipects/adapter/Platform.hpp>

#include <arpa/inet.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>

// The adapter as a process of its own, with a harness that this test plays.

namespace pipects::adapter {
namespace {

class Harness {
  public:
    Harness() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(listener_.Number(), generic, size), 0);
        EXPECT_EQ(::listen(listener_.Number(), 4), 0);
        EXPECT_EQ(::getsockname(listener_.Number(), generic, &size), 0);
        address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    }

    [[nodiscard]] platform::EnvironmentChanges Environment(const std::string& token) const {
        return {{"PIPECTS_ADDRESS", address_}, {"PIPECTS_TOKEN", token}};
    }
    [[nodiscard]] platform::Handle Accept() const {
        return platform::Handle(::accept4(listener_.Number(), nullptr, nullptr, SOCK_CLOEXEC));
    }

  private:
    platform::Handle listener_;
    std::string address_;
};

class Conversation {
  public:
    explicit Conversation(platform::Handle socket) : socket_(std::move(socket)) {}

    void SendLine(const std::string& text) const {
        const std::string line = text + "\n";
        std::string_view rest = line;
        while (!rest.empty()) {
            const auto sent = ::send(socket_.Number(), rest.data(), rest.size(), MSG_NOSIGNAL);
            ASSERT_GT(sent, 0);
            rest.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void Send(int id, const char* method, const Json& params) const {
        SendLine(Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}.dump());
    }
    Json Receive() {
        while (received_.find('\n') == std::string::npos) {
            std::array<char, 4096> buffer{};
            const auto count = ::recv(socket_.Number(), buffer.data(), buffer.size(), 0);
            if (count <= 0) {
                return "closed";
            }
            received_.append(buffer.data(), static_cast<std::size_t>(count));
        }
        const auto end = received_.find('\n');
        const Json message = Json::parse(received_.substr(0, end));
        received_.erase(0, end + 1);
        return message;
    }
    Json Ask(const char* method, const Json& params) {
        Send(++lastId_, method, params);
        return Receive();
    }
    void Close() { socket_.Close(); }

  private:
    platform::Handle socket_;
    std::string received_;
    int lastId_ = 0;
};

class ConnectedAdapter : public testing::Test {
  protected:
    void TearDown() override {
        conversation_.Close();
        if (pid_ > 0) {
            static_cast<void>(ExitStatus());
        }
    }

    /// Waits for the process's end. A signal shows as a negative number.
    int ExitStatus() {
        int status = 0;
        const auto pid = std::exchange(pid_, -1);
        EXPECT_EQ(::waitpid(pid, &status, 0), pid);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

    Harness harness_;
    platform::ProcessId pid_ =
        platform::StartProcess(ADAPTER, {"one", "two words"}, harness_.Environment("secret"));
    Conversation conversation_{harness_.Accept()};
};

TEST_F(ConnectedAdapter, SaysHelloWithItsToken) {
    const Json hello = conversation_.Ask("hello", {{"protocol", 1}})["result"];
    EXPECT_EQ(hello["token"], "secret");
    EXPECT_EQ(hello["protocol"], 1);
    EXPECT_EQ(hello["pid"], pid_);
    EXPECT_EQ(hello["language"], "C++");
    EXPECT_EQ(hello["arguments"], (Json{"one", "two words"}));
    EXPECT_EQ(conversation_.Ask("hello", {{"protocol", 2}})["error"]["code"], -32602);
}

TEST_F(ConnectedAdapter, SurvivesWhatIsNoRequest) {
    const std::map<std::string, int> lines{
        {"nonsense", -32700}, {"[]", -32600}, {"{\"id\":1}", -32600}, {"", -32700}};
    for (const auto& [line, code] : lines) {
        conversation_.SendLine(line);
        EXPECT_EQ(conversation_.Receive()["error"]["code"], code) << line;
    }
    conversation_.SendLine(std::string(std::size_t{65} << 20U, 'x'));
    EXPECT_EQ(conversation_.Receive()["error"]["code"], -32600);
    EXPECT_TRUE(conversation_.Ask("hello", {{"protocol", 1}}).contains("result"));
}

TEST_F(ConnectedAdapter, AnswersWhileACallIsBlocked) {
    conversation_.Ask(
        "create", {{"type", "AnonymousPipeServerStream"}, {"as", "s"}, {"arguments", {{"direction", "In"}}}});
    conversation_.Send(70, "call", {{"object", "s"}, {"member", "ReadByte"}, {"thread", "reader"}});
    conversation_.Send(71, "get", {{"object", "s"}, {"member", "CanRead"}});
    EXPECT_EQ(conversation_.Receive()["id"], 71);
    conversation_.Send(72, "call", {{"object", "s"}, {"member", "DisposeLocalCopyOfClientHandle"}});
    const Json first = conversation_.Receive();
    const Json second = conversation_.Receive();
    EXPECT_EQ((std::set<int>{first["id"].get<int>(), second["id"].get<int>()}), (std::set<int>{70, 72}));
}

TEST_F(ConnectedAdapter, EndsAtOnceWhenTheConnectionClosesInMidCall) {
    conversation_.Ask(
        "create", {{"type", "AnonymousPipeServerStream"}, {"as", "s"}, {"arguments", {{"direction", "In"}}}});
    conversation_.Send(70, "call", {{"object", "s"}, {"member", "ReadByte"}});
    conversation_.Close();
    EXPECT_EQ(ExitStatus(), 0);
}

TEST_F(ConnectedAdapter, ExitsWithTheStatusAfterItsAnswer) {
    EXPECT_EQ(conversation_.Ask("exit", {{"status", "x"}})["error"]["code"], -32602);
    EXPECT_TRUE(conversation_.Ask("exit", {{"status", 7}})["result"].is_null());
    EXPECT_EQ(conversation_.Receive(), "closed");
    EXPECT_EQ(ExitStatus(), 7);
}

TEST_F(ConnectedAdapter, StartsAChildThatConnectsByItself) {
    const Json started = conversation_.Ask(
        "start",
        {{"program", ADAPTER}, {"arguments", {"a b"}}, {"environment", {{"PIPECTS_TOKEN", "child"}}}});
    Conversation child(harness_.Accept());
    const Json hello = child.Ask("hello", {{"protocol", 1}})["result"];
    EXPECT_EQ(hello["token"], "child");
    EXPECT_EQ(hello["pid"], started["result"]["returned"]);
    EXPECT_EQ(hello["arguments"], (Json{"a b"}));
}

TEST_F(ConnectedAdapter, ChildInheritsTheClientsHandle) {
    conversation_.Ask("create", {{"type", "AnonymousPipeServerStream"},
                                 {"as", "s"},
                                 {"arguments", {{"direction", "In"}, {"inheritability", "Inheritable"}}}});
    const Json handle = conversation_.Ask(
        "call", {{"object", "s"}, {"member", "GetClientHandleAsString"}})["result"]["returned"];
    conversation_.Ask("start", {{"program", ADAPTER}, {"arguments", {handle}}});
    Conversation child(harness_.Accept());
    conversation_.Ask("call", {{"object", "s"}, {"member", "DisposeLocalCopyOfClientHandle"}});
    child.Ask("create", {{"type", "AnonymousPipeClientStream"},
                         {"as", "c"},
                         {"arguments", {{"direction", "Out"}, {"pipeHandleAsString", handle}}}});
    child.Ask("call", {{"object", "c"}, {"member", "WriteByte"}, {"arguments", {{"value", 77}}}});
    EXPECT_EQ(conversation_.Ask("call", {{"object", "s"}, {"member", "ReadByte"}})["result"]["returned"], 77);
    child.Close();  // the child ends, and its end of the pipe with it
    EXPECT_EQ(conversation_.Ask("call", {{"object", "s"}, {"member", "ReadByte"}})["result"]["returned"], -1);
}

TEST(UnconnectedAdapter, EndsWithAnErrorWithoutAnAddress) {
    const auto child = platform::StartProcess(ADAPTER, {}, {{"PIPECTS_ADDRESS", "127.0.0.1:1"}});
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 1);
}

}  // namespace
}  // namespace pipects::adapter
