#include "Target.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <fstream>
#include <sstream>
#include <string>

#include <poll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace pipects::director {

namespace {

constexpr std::size_t mostEntries = 4096;

std::string Path(pid_t process, const char* folder, int descriptor) {
    return "/proc/" + std::to_string(process) + "/" + folder + "/" + std::to_string(descriptor);
}

template <typename Entry>
std::vector<Entry> Entries(pid_t process, std::uint64_t address, std::uint64_t count) {
    std::vector<Entry> entries(static_cast<std::size_t>(std::min<std::uint64_t>(count, mostEntries)));
    if (address == 0 || !ReadMemory(process, address, std::as_writable_bytes(std::span(entries)))) {
        entries.clear();
    }
    return entries;
}

std::vector<int> Polled(pid_t process, const seccomp_data& data) {
    std::vector<int> found;
    for (const pollfd& entry : Entries<pollfd>(process, data.args[0], data.args[1])) {
        found.push_back(entry.fd);
    }
    return found;
}

std::vector<int> Selected(pid_t process, const seccomp_data& data) {
    constexpr std::size_t bits = sizeof(fd_mask) * CHAR_BIT;
    std::vector<int> found;
    for (const std::uint64_t address : {data.args[1], data.args[2]}) {
        const auto words = Entries<fd_mask>(process, address, (data.args[0] + bits - 1) / bits);
        for (std::size_t number = 0; number < words.size() * bits; ++number) {
            if ((static_cast<unsigned long>(words[number / bits]) >> (number % bits) & 1) != 0) {
                found.push_back(static_cast<int>(number));
            }
        }
    }
    return found;
}

std::vector<int> Watched(pid_t process, int poller) {
    std::vector<int> found;
    std::ifstream info(Path(process, "fdinfo", poller));
    for (std::string line; std::getline(info, line);) {
        std::istringstream words(line);
        std::string key;
        int descriptor = -1;
        if (words >> key >> descriptor && key == "tfd:") {
            found.push_back(descriptor);
        }
    }
    return found;
}

std::vector<int> DescriptorsOf(pid_t process, const seccomp_data& data, const Call& call) {
    const auto argument = [&](std::size_t place) { return static_cast<int>(data.args[place]); };
    switch (call.family) {
        case Family::Pipe:
        case Family::Open:
        case Family::Fork:
        case Family::Exec:
            return {};
        case Family::Watch:
            return {argument(2)};
        case Family::Poll:
            if (call.name == "poll" || call.name == "ppoll") {
                return Polled(process, data);
            }
            if (call.name == "select" || call.name == "pselect6") {
                return Selected(process, data);
            }
            return Watched(process, argument(0));
        default:
            return {argument(0)};
    }
}

}  // namespace

pid_t ProcessOf(pid_t thread) {
    std::ifstream status("/proc/" + std::to_string(thread) + "/status");
    for (std::string word; status >> word;) {
        pid_t process = 0;
        if (word == "Tgid:" && status >> process) {
            return process;
        }
    }
    return 0;
}

std::optional<PipeEnd> PipeEndOf(pid_t process, int descriptor) noexcept {
    const std::string path = Path(process, "fd", descriptor);
    struct stat target {};
    struct stat link {};
    if (descriptor < 0 || ::stat(path.c_str(), &target) != 0 || !S_ISFIFO(target.st_mode) ||
        ::lstat(path.c_str(), &link) != 0) {
        return std::nullopt;
    }
    return PipeEnd{descriptor, target.st_ino, (link.st_mode & S_IRUSR) != 0 ? End::Read : End::Write};
}

std::vector<PipeEnd> EndsOf(pid_t process, const seccomp_data& data, const Call& call) {
    std::vector<PipeEnd> ends;
    for (const int descriptor : DescriptorsOf(process, data, call)) {
        if (const auto end = PipeEndOf(process, descriptor)) {
            ends.push_back(*end);
        }
    }
    return ends;
}

Descriptor CopyOf(pid_t process, int descriptor) noexcept {
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
    if (!handle) {
        return {};
    }
    return Descriptor(static_cast<int>(::syscall(SYS_pidfd_getfd, handle.Get(), descriptor, 0)));
}

bool ReadMemory(pid_t process, std::uint64_t address, std::span<std::byte> into) noexcept {
    const iovec local{into.data(), into.size()};
    // NOLINTNEXTLINE(performance-no-int-to-ptr,cppcoreguidelines-pro-type-reinterpret-cast): another's
    // address
    const iovec remote{reinterpret_cast<void*>(address), into.size()};
    return ::process_vm_readv(process, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(into.size());
}

std::vector<iovec> BufferOf(pid_t process, const seccomp_data& data, const Call& call, std::size_t most) {
    std::vector<iovec> parts;
    if (call.name == "read" || call.name == "write") {
        // NOLINTNEXTLINE(performance-no-int-to-ptr,cppcoreguidelines-pro-type-reinterpret-cast): another's
        // address
        parts.push_back({reinterpret_cast<void*>(data.args[1]), static_cast<std::size_t>(data.args[2])});
    } else {
        parts = Entries<iovec>(process, data.args[1], data.args[2]);
    }
    for (iovec& part : parts) {
        part.iov_len = std::min(part.iov_len, most);
        most -= part.iov_len;
    }
    std::erase_if(parts, [](const iovec& part) { return part.iov_len == 0; });
    return parts;
}

}  // namespace pipects::director
