#include "Proc.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pipects::inprocess::system {

namespace {

namespace fs = std::filesystem;

std::string FileOf(int descriptor) {
    return "/proc/self/fd/" + std::to_string(descriptor);
}

/// Not by fstat: ThreadSanitizer takes a look at a descriptor for a use of it, which races with its owner's.
bool Status(int descriptor, struct stat& status) {
    return ::stat(FileOf(descriptor).c_str(), &status) == 0;
}

std::string Link(int descriptor) {
    std::error_code gone;
    return fs::read_symlink(FileOf(descriptor), gone).string();
}

std::optional<Pipe> PipeIn(const std::string& link) {
    constexpr std::string_view start = "pipe:[";
    return link.starts_with(start) ? std::optional<Pipe>(std::stoull(link.substr(start.size())))
                                   : std::nullopt;
}

Descriptor Opened(Pipe pipe) {
    for (const End& end : PipeEnds()) {
        if (end.pipe == pipe) {
            return {FileOf(end.descriptor), O_RDONLY | O_NONBLOCK};
        }
    }
    throw NotObservable("the process holds no end of the pipe");
}

}  // namespace

std::vector<int> Numbers(const char* folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(folder), ::closedir);
    if (directory == nullptr) {
        throw NotObservable(std::string(folder) + ": " + std::generic_category().message(errno));
    }
    std::vector<int> numbers;
    while (const dirent* entry =
               ::readdir(directory.get())) {  // NOLINT(concurrency-mt-unsafe): our own stream
        const std::string name = entry->d_name;
        int number = -1;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (error == std::errc() && number != ::dirfd(directory.get())) {
            numbers.push_back(number);
        }
    }
    return numbers;
}

std::optional<std::string> Field(const std::string& path, const std::string& name) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(name + ":")) {
            return line.substr(line.find_first_not_of(" \t", name.size() + 1));
        }
    }
    return std::nullopt;
}

std::vector<End> PipeEnds() {
    std::vector<End> ends;
    for (const int descriptor : Numbers("/proc/self/fd")) {
        struct stat status {};
        if (descriptor <= STDERR_FILENO || !Status(descriptor, status) || !S_ISFIFO(status.st_mode)) {
            continue;
        }
        const int flags = ::fcntl(descriptor, F_GETFL);
        const int own = ::fcntl(descriptor, F_GETFD);
        if (flags >= 0 && own >= 0) {  // else it was closed meanwhile
            ends.push_back({(flags & O_ACCMODE) == O_WRONLY, (own & FD_CLOEXEC) == 0,
                            (flags & O_NONBLOCK) != 0, status.st_ino, descriptor});
        }
    }
    return ends;
}

std::size_t HandleCount() {
    return Numbers("/proc/self/fd").size();
}

std::optional<std::string> DescriptorTarget(int descriptor) {
    struct stat status {};
    const std::string link = Link(descriptor);
    if (link.empty() || !Status(descriptor, status)) {
        return std::nullopt;
    }
    return link + "#" + std::to_string(status.st_ino);
}

std::optional<Pipe> PipeOf(int descriptor) {
    return PipeIn(Link(descriptor));
}

int Duplicate(int descriptor) {
    const int own = ::fcntl(descriptor, F_GETFD);
    return own < 0 ? -1 : ::fcntl(descriptor, (own & FD_CLOEXEC) != 0 ? F_DUPFD_CLOEXEC : F_DUPFD, 0);
}

std::int64_t Unread(Pipe pipe) {
    int count = 0;
    ::ioctl(Opened(pipe).Number(), FIONREAD, &count);
    return count;
}

std::int64_t Capacity(Pipe pipe) {
    return ::fcntl(Opened(pipe).Number(), F_GETPIPE_SZ);
}

std::map<std::string, std::string> Signals() {
    std::map<std::string, std::string> signals;
    for (const char* name : {"SigIgn", "SigCgt"}) {
        signals[name] = Field("/proc/self/status", name).value_or("");
    }
    signals["SigBlk of the main thread"] = Field("/proc/self/status", "SigBlk").value_or("");
    return signals;
}

void HandleInterruptions() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    if (::sigaction(SIGUSR1, &action, nullptr) != 0) {
        throw NotObservable("sigaction: " + std::generic_category().message(errno));
    }
}

void Abort() {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    ::sigaction(SIGABRT, &action, nullptr);
    std::abort();
}

}  // namespace pipects::inprocess::system
