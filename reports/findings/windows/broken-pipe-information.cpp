// Whether Win32 tells the properties of a pipe whose other end has been closed: what .NET's InBufferSize and
// OutBufferSize ask.
//
//   x86_64-w64-mingw32-g++-posix -static -o build/bare.exe
//   reports/findings/windows/broken-pipe-information.cpp wine build/bare.exe
#include <windows.h>

#include <cstdio>

void Ask(HANDLE end, const char* which) {
    DWORD flags = 0, out = 0, in = 0;
    const BOOL told = GetNamedPipeInfo(end, &flags, &out, &in, nullptr);
    std::printf("%s: GetNamedPipeInfo %s, error %lu, out %lu, in %lu\n", which, told ? "succeeds" : "fails",
                told ? 0 : GetLastError(), out, in);
}

int main() {
    HANDLE reading = nullptr, writing = nullptr;
    CreatePipe(&reading, &writing, nullptr, 100);
    Ask(writing, "the end that writes, whole pipe");
    Ask(reading, "the end that reads, whole pipe");
    CloseHandle(reading);
    Ask(writing, "the end that writes, no reader");
    CreatePipe(&reading, &writing, nullptr, 100);
    CloseHandle(writing);
    Ask(reading, "the end that reads, no writer");
}
