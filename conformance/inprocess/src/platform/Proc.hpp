#pragma once

#include <pipects/inprocess/Observe.hpp>

#include <cerrno>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

// What the Linux files share: reading /proc.

namespace pipects::inprocess::system {

class Descriptor {
  public:
    Descriptor(const std::string& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC)) {
        if (number_ < 0) {
            throw NotObservable(path + ": " + std::generic_category().message(errno));
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(number_); }
    [[nodiscard]] int Number() const noexcept { return number_; }

  private:
    int number_;
};

/// The numbers that are the names of a folder's entries; the number that looking itself takes is not among
/// them.
[[nodiscard]] std::vector<int> Numbers(const char* folder);

/// The value of a `NAME:` line in one of /proc's files; nothing if the file is gone.
[[nodiscard]] std::optional<std::string> Field(const std::string& path, const std::string& name);

}  // namespace pipects::inprocess::system
