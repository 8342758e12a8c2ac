#include "posix/Descriptor.hpp"

#include <System/Exceptions.hpp>

#include <array>
#include <cerrno>
#include <climits>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <csignal>

namespace System::IO::Pipes::Os {

std::string Describe(int error) {
    return std::system_category().message(error);
}

void ThrowLastError(const std::string& whatFailed) {
    throw IOException(whatFailed + ": " + Describe(errno) + ".");
}

void Close(NativeHandle handle) noexcept {
    static_cast<void>(::close(Descriptor(handle)));  // whatever it answers, the number is given back
}

namespace {

// 0, 1 and 2 are a child's standard streams.
OwnedHandle AboveStandardStreams(OwnedHandle handle) {
    constexpr int firstFree = 3;
    if (handle.Get() >= firstFree) {
        return handle;
    }
    const int moved = ::fcntl(Descriptor(handle.Get()), F_DUPFD_CLOEXEC, firstFree);
    if (moved == -1) {
        ThrowLastError("The pipe could not be created");
    }
    return OwnedHandle(moved);
}

}  // namespace

PipeEnds CreatePipe(int bufferSize) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) == -1) {  // in one step: another thread may start a child at any time
        ThrowLastError("The pipe could not be created");
    }
    OwnedHandle read(ends[0]);
    OwnedHandle write(ends[1]);
    if (bufferSize > 0) {  // [server.buffer-size.linux-zero-system-default]
        static_cast<void>(::fcntl(Descriptor(write.Get()), F_SETPIPE_SZ, bufferSize));
    }
    return {AboveStandardStreams(std::move(read)), AboveStandardStreams(std::move(write))};
}

void LetChildrenInherit(NativeHandle handle) {
    if (::fcntl(Descriptor(handle), F_SETFD, 0) == -1) {
        ThrowLastError("The client's handle could not be made inheritable");
    }
}

HandleKind Inspect(NativeHandle handle) noexcept {
    struct stat status {};
    if (handle > INT_MAX || ::fstat(Descriptor(handle), &status) == -1) {
        return HandleKind::NotOpen;
    }
    if (!S_ISFIFO(status.st_mode)) {
        return HandleKind::NotAPipe;
    }
    switch (::fcntl(Descriptor(handle), F_GETFL) & O_ACCMODE) {
        case O_RDONLY:
            return HandleKind::ReadEnd;
        case O_WRONLY:
            return HandleKind::WriteEnd;
        default:
            return HandleKind::BothEnds;
    }
}

bool IsInvalid(NativeHandle handle) noexcept {
    return handle < 0;  // 0 is a descriptor like any other [client.ctor-string.zero-is-a-handle]
}

bool EndIsFinal() noexcept {
    return false;
}

int BufferSize(NativeHandle handle) {
    const int size = ::fcntl(Descriptor(handle), F_GETPIPE_SZ);
    if (size == -1) {
        ThrowLastError("The size of the pipe's buffer could not be read");
    }
    return size;
}

std::thread StartThread(std::function<void()> body) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // a new thread has the mask of its maker
    try {
        std::thread thread(std::move(body));
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return thread;
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
}

void InForkedChildren(void (*call)()) noexcept {
    static_cast<void>(::pthread_atfork(nullptr, nullptr, call));
}

}  // namespace System::IO::Pipes::Os
