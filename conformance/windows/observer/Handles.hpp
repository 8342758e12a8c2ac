#pragma once

#include <windows.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pipects::observer {

/** A handle of another process on a file, a pipe or a socket. */
struct Handle {
    std::uint64_t number = 0;
    ACCESS_MASK access = 0;
    bool inheritable = false;
    bool nonblocking = false;
    std::string kind;  ///< `pipe`, `socket`, `disk`, `character`.
    std::string name;  ///< Of the object, in UTF-8; empty if it has none.
};

/** What a pipe holds. */
struct Content {
    DWORD unread = 0;    ///< Bytes.
    DWORD capacity = 0;  ///< Bytes, as the pipe was made.
};

/** The handles of a process that are on files, pipes and sockets. Each is copied for a moment to be asked. */
std::vector<Handle> FilesOf(HANDLE process, DWORD pid);

/** What the pipe behind a process's handle holds; nothing if the handle is none on a pipe that can be asked.
 */
std::optional<Content> ContentOf(HANDLE process, std::uint64_t number);

}  // namespace pipects::observer
