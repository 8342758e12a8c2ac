// How much a pipe of Win32 holds by default, and whether a write of more waits. Linux holds 65,536 bytes.
//
//   x86_64-w64-mingw32-g++-posix -static -o build/bare.exe reports/findings/windows/default-capacity.cpp
//   wine build/bare.exe
#include <windows.h>

#include <cstdio>

int main() {
    HANDLE reading = nullptr, writing = nullptr;
    CreatePipe(&reading, &writing, nullptr, 0);
    DWORD mode = PIPE_READMODE_BYTE | PIPE_NOWAIT, held = 0, went = 0;
    SetNamedPipeHandleState(writing, &mode, nullptr, nullptr);
    while (WriteFile(writing, "x", 1, &went, nullptr) && went == 1) ++held;
    std::printf("a pipe of CreatePipe(..., 0) holds %lu bytes\n", held);
}
