// A child that knows no pipe stream: it reads and writes an inherited handle by ReadFile and WriteFile. What
// it offers is told in the harness's plain_peer.py, which is the same on Unix.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::json;
using Bytes = std::vector<unsigned char>;

constexpr int noSuchMember = -32001;
constexpr int noSuchMethod = -32601;

/** A call of the system's that failed. */
struct Failed : std::runtime_error {
    explicit Failed(DWORD error) : std::runtime_error("error " + std::to_string(error)) {}
};

/** It was asked what it does not offer. */
struct Unknown {
    int code;
};

std::string Hex(const Bytes& bytes) {
    static const char digits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

/** BYTES of the adapter protocol. */
Bytes Made(const Json& given) {
    if (given.contains("text")) {
        const auto text = given["text"].get<std::string>();
        return {text.begin(), text.end()};
    }
    Bytes bytes;
    if (given.contains("hex")) {
        const auto text = given["hex"].get<std::string>();
        for (std::size_t i = 0; i + 1 < text.size(); i += 2)
            bytes.push_back(static_cast<unsigned char>(std::stoi(text.substr(i, 2), nullptr, 16)));
        return bytes;
    }
    const auto length = given["length"].get<std::size_t>();
    if (!given.contains("pattern")) return Bytes(length, 0xa5);
    const auto seed = given["pattern"].get<std::uint64_t>();
    for (std::uint64_t i = 0; i < length; ++i)
        bytes.push_back(static_cast<unsigned char>(
            static_cast<std::uint32_t>(i * 2654435761U + seed * 2246822519U) >> 16));
    return bytes;
}

/** One end of a pipe, by its number. */
class Plain {
  public:
    explicit Plain(const std::string& number) : handle(reinterpret_cast<HANDLE>(std::stoull(number))) {}

    Json Call(const std::string& member, const Json& arguments) {
        if (member == "Receive") return {{"bytes", {{"hex", Hex(Receive(arguments["count"].get<DWORD>()))}}}};
        if (member == "Send")
            Send(Made(arguments["buffer"]["bytes"]));
        else if (member == "Dispose")
            Dispose();
        else
            throw Unknown{noSuchMember};
        return nullptr;
    }

  private:
    Bytes Receive(DWORD count) {
        Bytes bytes(count);
        DWORD came = 0;
        if (!ReadFile(handle, bytes.data(), count, &came, nullptr) && GetLastError() != ERROR_BROKEN_PIPE)
            throw Failed(GetLastError());
        bytes.resize(came);
        return bytes;
    }

    void Send(const Bytes& bytes) {
        DWORD went = 0;
        for (DWORD done = 0; done < bytes.size(); done += went)
            if (!WriteFile(handle, bytes.data() + done, static_cast<DWORD>(bytes.size()) - done, &went,
                           nullptr))
                throw Failed(GetLastError());
    }

    void Dispose() {
        if (handle != nullptr) CloseHandle(handle);
        handle = nullptr;
    }

    HANDLE handle;
};

class Peer {
  public:
    Peer(int count, char** words) : arguments(words + 1, words + count) {}

    Json Result(const std::string& method, const Json& asked) {
        if (method == "hello")
            return {{"token", Variable("PIPECTS_TOKEN")},
                    {"protocol", 1},
                    {"name", "plain"},
                    {"version", "1"},
                    {"language", "none"},
                    {"runtime", ""},
                    {"os", "windows"},
                    {"pid", GetCurrentProcessId()},
                    {"arguments", arguments},
                    {"lacks", Json::array()}};
        if (method == "exit" || method == "forget") return nullptr;
        if (method == "create" && asked["type"] == "Plain") {
            const auto name = asked["as"].get<std::string>();
            objects.insert_or_assign(name, Plain(asked["arguments"]["number"].get<std::string>()));
            return {{"returned", {{"object", name}, {"type", "Plain"}}}};
        }
        if (method == "call")
            if (const auto found = objects.find(asked.value("object", "")); found != objects.end())
                return Outcome(found->second, asked);
        throw Unknown{method == "create" || method == "call" ? noSuchMember : noSuchMethod};
    }

    static std::string Variable(const char* name) {
        const char* value = std::getenv(name);
        if (value == nullptr) throw std::runtime_error(std::string(name) + " is missing");
        return value;
    }

  private:
    static Json Outcome(Plain& end, const Json& asked) {
        try {
            return {{"returned", end.Call(asked["member"].get<std::string>(), asked["arguments"])}};
        } catch (const Failed& failure) {
            return {{"threw", {{"type", "OSError"}, {"parameter", nullptr}, {"message", failure.what()}}}};
        }
    }

    std::vector<std::string> arguments;
    std::map<std::string, Plain> objects;
};

SOCKET Connected(const std::string& address) {
    const auto colon = address.rfind(':');
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<u_short>(std::stoi(address.substr(colon + 1))));
    if (inet_pton(AF_INET, address.substr(0, colon).c_str(), &where.sin_addr) != 1)
        throw std::runtime_error("no address: " + address);
    const SOCKET link = socket(AF_INET, SOCK_STREAM, 0);
    if (link == INVALID_SOCKET || connect(link, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
        throw std::runtime_error("nobody answers at " + address);
    const BOOL at_once = TRUE;
    setsockopt(link, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&at_once), sizeof at_once);
    return link;
}

void SendAll(SOCKET link, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const int went = send(link, text.data() + done, static_cast<int>(text.size() - done), 0);
        if (went <= 0) ExitProcess(0);
        done += static_cast<std::size_t>(went);
    }
}

/** Answers until the harness hangs up or asks it to end. */
void Serve(SOCKET link, Peer& peer) {
    std::string heard;
    std::vector<char> room(1 << 16);
    for (;;) {
        std::size_t end = 0;
        while ((end = heard.find('\n')) == std::string::npos) {
            const int came = recv(link, room.data(), static_cast<int>(room.size()), 0);
            if (came <= 0) return;
            heard.append(room.data(), static_cast<std::size_t>(came));
        }
        const Json request = Json::parse(heard.substr(0, end));
        heard.erase(0, end + 1);
        const auto method = request["method"].get<std::string>();
        const Json asked = request.value("params", Json::object());
        Json reply{{"jsonrpc", "2.0"}, {"id", request["id"]}};
        try {
            reply["result"] = peer.Result(method, asked);
        } catch (const Unknown& refused) {
            reply["error"] = {{"code", refused.code}, {"message", "not offered by the plain peer"}};
        }
        SendAll(link, reply.dump() + "\n");
        if (method == "exit") ExitProcess(static_cast<UINT>(asked.value("status", 0)));
    }
}

}  // namespace

int main(int count, char** words) {
    try {
        WSADATA data{};
        WSAStartup(MAKEWORD(2, 2), &data);
        Peer peer(count, words);
        Serve(Connected(Peer::Variable("PIPECTS_ADDRESS")), peer);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "the plain peer: %s\n", failure.what());
        return 2;
    }
}
