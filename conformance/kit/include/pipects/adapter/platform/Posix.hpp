#pragma once

#include <pipects/adapter/Fault.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;  // POSIX asks the program to declare it

extern "C" void __gcov_dump() __attribute__((weak));  // there if the program was built for coverage

namespace pipects::adapter::platform {

inline constexpr const char* osName =
#if defined(__linux__)
    "linux";
#elif defined(__APPLE__)
    "macos";
#else
    "unix";
#endif

using ProcessId = pid_t;

[[noreturn]] inline void ThrowLastError(const std::string& what, int error = errno) {
    throw std::system_error(error, std::generic_category(), what);
}

/// A system call that a signal may interrupt, repeated until it was not. Never for close.
template <typename Call>
auto Resuming(Call&& call) {
    auto result = call();
    while (result == -1 && errno == EINTR) {
        result = call();
    }
    return result;
}

/// Owns a file descriptor.
class Handle {
  public:
    Handle() = default;
    explicit Handle(int number) noexcept : number_(number) {}
    Handle(Handle&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { Close(); }

    [[nodiscard]] int Number() const noexcept { return number_; }
    void Close() noexcept {
        if (number_ >= 0) {
            ::close(std::exchange(number_, -1));
        }
    }

  private:
    int number_ = -1;
};

/// Opens what a case needs as a handle that is no pipe; `kind` is one of the protocol's.
inline Handle OpenDescriptor(const std::string& kind) {
    int number = -1;
    if (kind == "file") {
        std::string path = "/tmp/pipects-XXXXXX";
        number = ::mkostemp(path.data(), O_CLOEXEC);
        ::unlink(path.c_str());
    } else if (kind == "directory") {
        number = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } else if (kind == "socket") {
        number = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    } else {
        throw Fault(FaultCode::WrongParameters, "a descriptor's kind is file, directory or socket");
    }
    if (number < 0) {
        ThrowLastError("opening a " + kind);
    }
    return Handle(number);
}

/// A connected TCP socket.
class Socket {
  public:
    Socket(const std::string& host, const std::string& port) {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_NUMERICSERV;
        addrinfo* found = nullptr;
        if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
            throw std::runtime_error("looking up " + host + ":" + port + ": " + ::gai_strerror(error));
        }
        const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);
        for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
            handle_ = Handle(::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, 0));
            if (::connect(handle_.Number(), address->ai_addr, address->ai_addrlen) == 0) {
                const int on = 1;
                ::setsockopt(handle_.Number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                return;
            }
        }
        ThrowLastError("connecting to " + host + ":" + port);
    }

    /// The number of bytes that came, 0 at the end of the connection, however it ended.
    [[nodiscard]] std::size_t Receive(std::span<char> buffer) const {
        const auto count =
            Resuming([&] { return ::recv(handle_.Number(), buffer.data(), buffer.size(), 0); });
        return count > 0 ? static_cast<std::size_t>(count) : 0;
    }

    /// False if the other side is gone.
    [[nodiscard]] bool Send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto count =
                Resuming([&] { return ::send(handle_.Number(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
            if (count < 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

  private:
    Handle handle_;
};

inline ProcessId OwnProcessId() noexcept {
    return ::getpid();
}

/// Shows in the system's list of threads, where a reader of a hang looks for it.
inline void NameThisThread(const std::string& name) noexcept {
    constexpr std::size_t longest = 15;
    ::pthread_setname_np(::pthread_self(), name.substr(0, longest).c_str());
}

inline std::optional<std::string> EnvironmentVariable(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// Lets SIGUSR1 interrupt calls and do nothing else, as the protocol asks of an adapter.
inline void HandleUserSignal() noexcept {
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &action, nullptr);
}

/// Ends the process at once, whatever its threads are doing: nothing is destroyed, no handler runs.
[[noreturn]] inline void EndProcess(int status) {
    if (__gcov_dump != nullptr) {
        __gcov_dump();  // counters are otherwise written by exit handlers only
    }
    ::_exit(status);
}

using EnvironmentChanges = std::map<std::string, std::string>;

/// This process's environment with variables added or replaced, as "NAME=VALUE".
inline std::vector<std::string> EnvironmentWith(const EnvironmentChanges& changes) {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        if (!changes.contains(std::string(text.substr(0, text.find('='))))) {
            variables.emplace_back(text);
        }
    }
    for (const auto& [name, value] : changes) {
        variables.push_back(name + "=" + value);
    }
    return variables;
}

/// The null-ended list of C strings that the system's calls take; valid as long as `texts` is.
inline std::vector<char*> Pointers(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// Starts `program` as a child that gets every inheritable handle. posix_spawn is both what C++ programs use
/// and the system's own call; it takes no step of this process's memory with it and reports a failed exec
/// here.
inline ProcessId StartProcess(const std::string& program, std::vector<std::string> arguments,
                              const EnvironmentChanges& changes) {
    arguments.insert(arguments.begin(), program);
    std::vector<std::string> variables = EnvironmentWith(changes);
    ProcessId child = -1;
    const int error = ::posix_spawnp(&child, program.c_str(), nullptr, nullptr, Pointers(arguments).data(),
                                     Pointers(variables).data());
    if (error != 0) {
        ThrowLastError("starting " + program, error);
    }
    return child;
}

/// Waits for the child's end and takes its status, so that no zombie stays.
inline void CollectProcess(ProcessId child) noexcept {
    Resuming([child] { return ::waitpid(child, nullptr, 0); });
}

}  // namespace pipects::adapter::platform
