#pragma once

#include <windows.h>

#include <cstddef>
#include <vector>

/** What ntdll offers beyond its public header, as the driver kit's headers have it. */
namespace pipects::observer::native {

using Status = LONG;

constexpr Status success = 0;
constexpr Status lengthMismatch = static_cast<Status>(0xC0000004L);
constexpr Status pipeDisconnected = static_cast<Status>(0xC00000B0L);
constexpr Status pipeClosing = static_cast<Status>(0xC00000B1L);
constexpr Status pipeBroken = static_cast<Status>(0xC000014BL);

/** Classes of information, by the function that takes them. */
constexpr ULONG processes = 5, extendedHandles = 64;               // NtQuerySystemInformation
constexpr ULONG objectBasics = 0, objectName = 1, objectType = 2;  // NtQueryObject
constexpr ULONG pipeInformation = 23, pipeLocalInformation = 24;   // NtQueryInformationFile
constexpr ULONG basicInformation = 0;                              // NtQueryInformationProcess

struct ObjectBasics {
    ULONG attributes, access, handles, references, others[10];
};

struct Text {
    USHORT bytes, room;
    const wchar_t* start;
};

struct StatusBlock {
    ULONG_PTR status, information;
};

struct HandleRow {
    PVOID object;
    ULONG_PTR process, number;
    ULONG access;
    USHORT backTrace, type;
    ULONG attributes, reserved;
};

struct HandleTable {
    ULONG_PTR count, reserved;
    HandleRow rows[1];
};

struct PipeMode {
    ULONG readMode, completionMode;
};

struct PipeState {
    ULONG type, configuration, maximumInstances, currentInstances, inboundQuota, readDataAvailable,
        outboundQuota, writeQuotaAvailable, state, end;
};

struct BasicInformation {
    ULONG_PTR exitStatus, environment, affinity, priority, pid, parent;
};

struct ThreadRow {
    LARGE_INTEGER kernelTime, userTime, created;
    ULONG waitTime;
    PVOID start;
    ULONG_PTR process, id;
    LONG priority, basePriority;
    ULONG switches, state, reason;
};

/** The rows of the process's threads follow. */
struct ProcessRow {
    ULONG next, threads;
    std::byte others[0x48];
    ULONG_PTR pid;
    std::byte more[0xa8];
};
static_assert(sizeof(ProcessRow) == 0x100);

extern "C" {
__declspec(dllimport) Status NTAPI
    NtQuerySystemInformation(ULONG which, PVOID room, ULONG size, PULONG needed);
__declspec(dllimport) Status NTAPI NtQueryObject(HANDLE, ULONG which, PVOID room, ULONG size, PULONG needed);
__declspec(dllimport) Status NTAPI
    NtQueryInformationFile(HANDLE, StatusBlock*, PVOID room, ULONG size, ULONG which);
__declspec(dllimport) Status NTAPI
    NtQueryInformationProcess(HANDLE, ULONG which, PVOID room, ULONG size, PULONG needed);
}

/** A whole table of the system's, in `room`. Throws std::runtime_error if it can't be had. */
const std::byte* TableOf(ULONG which, std::vector<std::byte>& room);

}  // namespace pipects::observer::native
