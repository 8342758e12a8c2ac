// What becomes of a ReadFile or WriteFile that waits when another thread closes its handle, and what of the
// other end's.
//
//   x86_64-w64-mingw32-g++-posix -static -o build/bare.exe reports/findings/windows/own-end-closed.cpp
//   wine build/bare.exe
#include <windows.h>

#include <cstdio>

struct Call {
    HANDLE end;
    bool writes;
    DWORD count = 0, error = 0;
    BOOL ok = FALSE;
};

DWORD WINAPI Make(void* given) {
    auto* call = static_cast<Call*>(given);
    static char room[100000];
    call->ok = call->writes ? WriteFile(call->end, room, sizeof room, &call->count, nullptr)
                            : ReadFile(call->end, room, sizeof room, &call->count, nullptr);
    call->error = call->ok ? 0 : GetLastError();
    return 0;
}

void Try(const char* what, bool writes, bool own) {
    HANDLE reading = nullptr, writing = nullptr;
    CreatePipe(&reading, &writing, nullptr, 0);
    Call call{writes ? writing : reading, writes};
    const HANDLE thread = CreateThread(nullptr, 0, Make, &call, 0, nullptr);
    Sleep(200);
    CloseHandle(writes == own ? writing : reading);
    if (WaitForSingleObject(thread, 1000) == WAIT_TIMEOUT)
        std::printf("%s: has not ended after 1 s\n", what);
    else
        std::printf("%s: %s, error %lu\n", what, call.ok ? "succeeds" : "fails", call.error);
}

int main() {
    Try("a read, its own handle closed", false, true);
    Try("a write, its own handle closed", true, true);
    Try("a read, the other end closed", false, false);
    Try("a write, the other end closed", true, false);
    ExitProcess(0);
}
