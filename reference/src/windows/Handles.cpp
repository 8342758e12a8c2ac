#include "windows/Handle.hpp"

#include <System/Exceptions.hpp>

#include <array>
#include <utility>

#include <winternl.h>

namespace System::IO::Pipes::Os {

std::string Describe(int error) {
    std::array<wchar_t, 512> text{};
    const DWORD length =
        ::FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr,
                         static_cast<DWORD>(error), 0, text.data(), static_cast<DWORD>(text.size()), nullptr);
    if (length == 0) {
        return "error " + std::to_string(error);
    }
    std::string message(3 * std::size_t{length}, '\0');  // a UTF-16 unit becomes three bytes at most
    const int size = ::WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(length), message.data(),
                                           static_cast<int>(message.size()), nullptr, nullptr);
    message.resize(static_cast<std::size_t>(size));
    message.erase(message.find_last_not_of(" .\r\n") + 1);
    return message;
}

void ThrowLastError(const std::string& whatFailed) {
    throw IOException(whatFailed + ": " + Describe(static_cast<int>(::GetLastError())) + ".");
}

void Close(NativeHandle handle) noexcept {
    static_cast<void>(::CloseHandle(Native(handle)));
}

// Both ends are synchronous, as CreatePipe makes them: its documentation knows no overlapped ones, and a
// child, which has its end from birth, reads it as it likes. What waits then stands in ReadFile, WriteFile or
// FlushFileBuffers on that very handle, where debuggers see it, and CancelSynchronousIo ends it.
PipeEnds CreatePipe(int bufferSize) {
    HANDLE read = nullptr;
    HANDLE write = nullptr;
    if (::CreatePipe(&read, &write, nullptr, static_cast<DWORD>(bufferSize)) == FALSE) {
        if (bufferSize > 0) {
            return CreatePipe(0);
        }
        ThrowLastError("The pipe could not be created");
    }
    return {OwnedHandle(Number(read)), OwnedHandle(Number(write))};
}

void LetChildrenInherit(NativeHandle handle) {
    if (::SetHandleInformation(Native(handle), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) == FALSE) {
        ThrowLastError("The client's handle could not be made inheritable");
    }
}

HandleKind Inspect(NativeHandle handle) noexcept {
    DWORD flags = 0;
    if (IsInvalid(handle) || ::GetHandleInformation(Native(handle), &flags) == FALSE) {
        return HandleKind::NotOpen;
    }
    PUBLIC_OBJECT_BASIC_INFORMATION information{};
    if (::GetFileType(Native(handle)) != FILE_TYPE_PIPE ||  // which a socket's is, too
        ::GetNamedPipeInfo(Native(handle), &flags, nullptr, nullptr, nullptr) == FALSE ||
        !NT_SUCCESS(::NtQueryObject(Native(handle), ObjectBasicInformation, &information, sizeof information,
                                    nullptr))) {
        return HandleKind::NotAPipe;
    }
    const bool reads = (information.GrantedAccess & FILE_READ_DATA) != 0;
    const bool writes = (information.GrantedAccess & FILE_WRITE_DATA) != 0;
    if (reads && writes) {
        return HandleKind::BothEnds;
    }
    return reads ? HandleKind::ReadEnd : HandleKind::WriteEnd;
}

bool IsInvalid(NativeHandle handle) noexcept {
    return handle == 0 || handle == NoHandle;
}

bool EndIsFinal() noexcept {
    return true;
}

int BufferSize(NativeHandle handle) {
    DWORD flags = 0;
    DWORD toClient = 0;
    DWORD toServer = 0;
    if (::GetNamedPipeInfo(Native(handle), &flags, &toClient, &toServer, nullptr) == FALSE) {
        ThrowLastError("The size of the pipe's buffer could not be read");
    }
    const bool isServer = (flags & PIPE_SERVER_END) != 0;
    const bool reads = Inspect(handle) != HandleKind::WriteEnd;
    return static_cast<int>(isServer == reads ? toServer : toClient);
}

std::thread StartThread(std::function<void()> body) {
    return std::thread(std::move(body));
}

void InForkedChildren(void (*)()) noexcept {}

}  // namespace System::IO::Pipes::Os
