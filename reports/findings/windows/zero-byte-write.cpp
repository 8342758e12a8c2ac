// A write of no bytes to a full pipe of Win32, a read of none from an empty one, and a write of none while a
// reader waits.
//
//   x86_64-w64-mingw32-g++-posix -static -o build/bare.exe reports/findings/windows/zero-byte-write.cpp
//   wine build/bare.exe
#include <windows.h>

#include <cstdio>

struct Call {
    HANDLE end;
    DWORD size;
    bool writes;
    DWORD count = 9, error = 0;
    BOOL ok = FALSE;
};

DWORD WINAPI Make(void* given) {
    auto* call = static_cast<Call*>(given);
    char room[16] = {};
    call->ok = call->writes ? WriteFile(call->end, room, call->size, &call->count, nullptr)
                            : ReadFile(call->end, room, call->size, &call->count, nullptr);
    call->error = call->ok ? 0 : GetLastError();
    return 0;
}

HANDLE Begin(Call& call) {
    return CreateThread(nullptr, 0, Make, &call, 0, nullptr);
}

void Tell(const char* what, HANDLE thread, const Call& call) {
    if (WaitForSingleObject(thread, 1000) == WAIT_TIMEOUT)
        std::printf("%s: has not ended after 1 s\n", what);
    else
        std::printf("%s: %s, error %lu, %lu bytes\n", what, call.ok ? "succeeds" : "fails", call.error,
                    call.count);
}

int main() {
    HANDLE reading = nullptr, writing = nullptr;
    CreatePipe(&reading, &writing, nullptr, 1);
    DWORD went = 0;
    WriteFile(writing, "x", 1, &went, nullptr);
    Call nothing{writing, 0, true};
    Tell("a write of no bytes to a full pipe", Begin(nothing), nothing);

    HANDLE idle = nullptr, other = nullptr;
    CreatePipe(&idle, &other, nullptr, 0);
    Call none{idle, 0, false};
    Tell("a read of no bytes from an empty pipe", Begin(none), none);

    HANDLE empty = nullptr, fed = nullptr;
    CreatePipe(&empty, &fed, nullptr, 0);
    Call waits{empty, 4, false}, wakes{fed, 0, true};
    const HANDLE reader = Begin(waits);
    Sleep(200);
    Tell("a write of no bytes while a reader waits", Begin(wakes), wakes);
    Tell("the reader", reader, waits);
    ExitProcess(0);
}
