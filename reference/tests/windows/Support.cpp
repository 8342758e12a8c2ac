#include "../Support.hpp"

#include "windows/Handle.hpp"

#include <array>

#include <tlhelp32.h>

namespace pipects::testing {

const bool endIsFinal = true;

using Os::Native;
using Os::Number;
using Os::OwnedHandle;

std::size_t CountThreads() {
    const OwnedHandle all(Number(::CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0)));
    THREADENTRY32 entry{};
    entry.dwSize = sizeof entry;
    std::size_t count = 0;
    for (BOOL more = ::Thread32First(Native(all.Get()), &entry); more != FALSE;
         more = ::Thread32Next(Native(all.Get()), &entry)) {
        count += entry.th32OwnerProcessID == ::GetCurrentProcessId() ? 1 : 0;
    }
    return count;
}

bool IsOpen(std::intptr_t handle) {
    DWORD flags = 0;
    return ::GetHandleInformation(Native(handle), &flags) != FALSE;
}

bool IsInherited(std::intptr_t handle) {
    DWORD flags = 0;
    return ::GetHandleInformation(Native(handle), &flags) != FALSE && (flags & HANDLE_FLAG_INHERIT) != 0;
}

std::vector<int> OpenDescriptors() {
    std::vector<int> open;
    for (int number = 4; number < 4096; number += 4) {
        if (IsOpen(number) && ::GetFileType(Native(number)) == FILE_TYPE_PIPE) {
            open.push_back(number);
        }
    }
    return open;
}

std::size_t Unread(std::intptr_t handle) {
    DWORD count = 0;
    ::PeekNamedPipe(Native(handle), nullptr, 0, nullptr, &count, nullptr);
    return count;
}

ThreadId ThisThread() {
    return static_cast<ThreadId>(::GetCurrentThreadId());
}

bool IsAsleep(ThreadId thread) {
    constexpr std::array calls{"NtReadFile",
                               "NtWriteFile",
                               "NtFlushBuffersFile",
                               "NtWaitForSingleObject",
                               "NtWaitForMultipleObjects",
                               "NtWaitForKeyedEvent",
                               "NtWaitForAlertByThreadId"};
    constexpr DWORD64 longestStub = 0x20;
    const OwnedHandle handle(
        Number(::OpenThread(THREAD_GET_CONTEXT | THREAD_SUSPEND_RESUME, FALSE, static_cast<DWORD>(thread))));
    CONTEXT context{};
    context.ContextFlags = CONTEXT_CONTROL;
    // Wine sends it a signal, which is its end if that comes while it hands its server more than a pipe of
    // Linux takes.
    if (::SuspendThread(Native(handle.Get())) == static_cast<DWORD>(-1)) {
        return false;
    }
    const bool isKnown = ::GetThreadContext(Native(handle.Get()), &context) != FALSE;
    ::ResumeThread(Native(handle.Get()));
    return isKnown && std::any_of(calls.begin(), calls.end(), [&](const char* call) {
               const auto start =
                   reinterpret_cast<DWORD64>(::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), call));
               return start != 0 && context.Rip > start && context.Rip < start + longestStub;
           });
}

std::intptr_t UnusedHandle() {
    const OwnedHandle event(Number(::CreateEventW(nullptr, FALSE, FALSE, nullptr)));
    return event.Get();  // closed by then
}

}  // namespace pipects::testing
