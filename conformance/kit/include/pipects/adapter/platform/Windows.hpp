#pragma once

#include <pipects/adapter/Fault.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cwchar>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
// The order is the system's.
// clang-format off
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
// clang-format on

namespace pipects::adapter::platform {

inline constexpr const char* osName = "windows";

using ProcessId = DWORD;

[[noreturn]] inline void ThrowLastError(const std::string& what, DWORD error = ::GetLastError()) {
    throw std::system_error(static_cast<int>(error), std::system_category(), what);
}

/// The system's text of one in UTF-8.
inline std::wstring Wide(std::string_view text) {
    const int size =
        ::MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), nullptr, 0);
    std::wstring wide(static_cast<std::size_t>(size), L'\0');
    ::MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), wide.data(), size);
    return wide;
}

/// Owns a handle of the system, or a socket, which is one that is closed in another way.
class Handle {
  public:
    Handle() = default;
    explicit Handle(HANDLE handle) noexcept : number_(reinterpret_cast<std::intptr_t>(handle)) {}
    explicit Handle(SOCKET socket) noexcept : number_(static_cast<std::intptr_t>(socket)), isSocket_(true) {}
    Handle(Handle&& other) noexcept
        : number_(std::exchange(other.number_, none)), isSocket_(other.isSocket_) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(number_, other.number_);
        std::swap(isSocket_, other.isSocket_);
        return *this;
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { Close(); }

    [[nodiscard]] std::intptr_t Number() const noexcept { return number_; }
    void Close() noexcept {
        const std::intptr_t number = std::exchange(number_, none);
        if (number != none && isSocket_) {
            ::closesocket(static_cast<SOCKET>(number));
        } else if (number != none) {
            ::CloseHandle(reinterpret_cast<HANDLE>(number));  // NOLINT(performance-no-int-to-ptr)
        }
    }

  private:
    static constexpr std::intptr_t none = -1;  // INVALID_HANDLE_VALUE and INVALID_SOCKET

    std::intptr_t number_ = none;
    bool isSocket_ = false;
};

/// A socket that no child inherits. Overlapped, since another would not send while it receives.
inline Handle NewSocket(int family) {
    static const int started = [] {  // until the process ends
        WSADATA data{};
        return ::WSAStartup(MAKEWORD(2, 2), &data);
    }();
    if (started != 0) {
        ThrowLastError("starting the system's sockets", static_cast<DWORD>(started));
    }
    return Handle(::WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, nullptr, 0,
                               WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT));
}

/// Opens what a case needs as a handle that is no pipe; `kind` is one of the protocol's.
inline Handle OpenDescriptor(const std::string& kind) {
    Handle handle;
    if (kind == "file") {
        std::wstring folder(MAX_PATH + 1, L'\0');
        std::wstring path(MAX_PATH + 1, L'\0');
        ::GetTempPathW(static_cast<DWORD>(folder.size()), folder.data());
        ::GetTempFileNameW(folder.c_str(), L"pip", 0, path.data());
        handle = Handle(::CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE | DELETE, 0, nullptr,
                                      CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, nullptr));
    } else if (kind == "directory") {
        handle = Handle(::CreateFileW(L".", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                      OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
    } else if (kind == "socket") {
        handle = NewSocket(AF_INET);
    } else {
        throw Fault(FaultCode::WrongParameters, "a descriptor's kind is file, directory or socket");
    }
    if (handle.Number() == -1) {
        ThrowLastError("opening a " + kind);
    }
    return handle;
}

/// A connected TCP socket.
class Socket {
  public:
    Socket(const std::string& host, const std::string& port) {
        handle_ = NewSocket(AF_INET);  // the first one makes looking up possible
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_NUMERICSERV;
        addrinfo* found = nullptr;
        if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
            ThrowLastError("looking up " + host + ":" + port, static_cast<DWORD>(error));
        }
        const std::unique_ptr<addrinfo, void(WSAAPI*)(addrinfo*)> addresses(found, ::freeaddrinfo);
        for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
            handle_ = NewSocket(address->ai_family);
            if (::connect(Native(), address->ai_addr, static_cast<int>(address->ai_addrlen)) == 0) {
                const BOOL on = TRUE;
                ::setsockopt(Native(), IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&on),
                             sizeof on);
                return;
            }
        }
        ThrowLastError("connecting to " + host + ":" + port, static_cast<DWORD>(::WSAGetLastError()));
    }

    /// The number of bytes that came, 0 at the end of the connection, however it ended.
    [[nodiscard]] std::size_t Receive(std::span<char> buffer) const {
        const int count = ::recv(Native(), buffer.data(), static_cast<int>(buffer.size()), 0);
        return count > 0 ? static_cast<std::size_t>(count) : 0;
    }

    /// False if the other side is gone.
    [[nodiscard]] bool Send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const int count = ::send(Native(), bytes.data(), static_cast<int>(bytes.size()), 0);
            if (count < 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

  private:
    [[nodiscard]] SOCKET Native() const noexcept { return static_cast<SOCKET>(handle_.Number()); }

    Handle handle_;
};

inline ProcessId OwnProcessId() noexcept {
    return ::GetCurrentProcessId();
}

/// Shows in debuggers, where a reader of a hang looks for it.
inline void NameThisThread(const std::string& name) noexcept {
    using Set = HRESULT(WINAPI*)(HANDLE, PCWSTR);  // from Windows 10 on
    const auto set = reinterpret_cast<Set>(reinterpret_cast<void*>(
        ::GetProcAddress(::GetModuleHandleW(L"kernel32.dll"), "SetThreadDescription")));
    if (set != nullptr) {
        set(::GetCurrentThread(), Wide(name).c_str());
    }
}

inline std::optional<std::string> EnvironmentVariable(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// Windows has no signals.
inline void HandleUserSignal() noexcept {}

/// Ends the process at once, whatever its threads are doing: nothing is destroyed, no handler runs.
[[noreturn]] inline void EndProcess(int status) {
    ::TerminateProcess(::GetCurrentProcess(), static_cast<UINT>(status));
    std::abort();  // not reached
}

using EnvironmentChanges = std::map<std::string, std::string>;

/// This process's environment with variables added or replaced, as the system takes it. Their names know no
/// case.
inline std::wstring EnvironmentWith(const EnvironmentChanges& changes) {
    struct NoCase {
        bool operator()(const std::wstring& left, const std::wstring& right) const {
            return ::_wcsicmp(left.c_str(), right.c_str()) < 0;
        }
    };
    std::map<std::wstring, std::wstring, NoCase> variables;
    const std::unique_ptr<wchar_t, BOOL(WINAPI*)(LPWCH)> own(::GetEnvironmentStringsW(),
                                                             ::FreeEnvironmentStringsW);
    for (const wchar_t* each = own.get(); *each != L'\0'; each += std::wcslen(each) + 1) {
        const std::wstring text = each;
        const auto equals = text.find(L'=', 1);  // a drive's own folder is a variable that begins with one
        variables[text.substr(0, equals)] = text.substr(equals + 1);
    }
    for (const auto& [name, value] : changes) {
        variables[Wide(name)] = Wide(value);
    }
    std::wstring block;
    for (const auto& [name, value] : variables) {
        block += name + L"=" + value + L'\0';
    }
    return block + L'\0';
}

/// One argument as the C runtime of the started program takes it apart again.
inline std::wstring Quoted(const std::wstring& argument) {
    std::wstring quoted = L"\"";
    std::size_t backslashes = 0;
    for (const wchar_t letter : argument) {
        if (letter == L'"') {
            quoted.append(backslashes + 1, L'\\');
        }
        backslashes = letter == L'\\' ? backslashes + 1 : 0;
        quoted += letter;
    }
    quoted.append(backslashes, L'\\');
    return quoted + L"\"";
}

/// Starts `program` as a child that gets every inheritable handle.
inline ProcessId StartProcess(const std::string& program, const std::vector<std::string>& arguments,
                              const EnvironmentChanges& changes) {
    std::wstring line = Quoted(Wide(program));
    for (const std::string& argument : arguments) {
        line += L" " + Quoted(Wide(argument));
    }
    std::wstring environment = EnvironmentWith(changes);
    STARTUPINFOW startup{};
    startup.cb = sizeof startup;
    PROCESS_INFORMATION started{};
    if (::CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, CREATE_UNICODE_ENVIRONMENT,
                         environment.data(), nullptr, &startup, &started) == FALSE) {
        ThrowLastError("starting " + program);
    }
    const Handle process(started.hProcess);
    const Handle thread(started.hThread);
    return started.dwProcessId;
}

/// A child that has ended leaves nothing to be collected.
inline void CollectProcess(ProcessId /*child*/) noexcept {}

}  // namespace pipects::adapter::platform
