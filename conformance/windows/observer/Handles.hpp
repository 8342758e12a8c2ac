#pragma once

#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <map>
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

/**
 * The handles of a process that are on files, pipes and sockets, by the system's table. Each is copied for a
 * moment to be asked.
 *
 * The server of Wine 8 does not survive the question (SystemExtendedHandleInformation) while any process has
 * no handle at all, as one that is just being started: there nobody may ask meanwhile.
 */
class Listing {
  public:
    /**
     * What a process holds.
     *
     * @param fresh  Asks of everything anew, which alone shows a mode that has changed.
     * @param only   Looks at this handle alone, and takes the others for what they were where the table still
     *               has them: a look takes as long as what it looks at is many.
     */
    std::vector<Handle> FilesOf(HANDLE process, DWORD pid, bool fresh,
                                std::optional<std::uint64_t> only = std::nullopt);
    /** A process has gone, or another one has its number. */
    void Forget(DWORD pid);

  private:
    [[nodiscard]] bool IsOther(std::uint16_t type) const;

    std::map<std::uint16_t, bool>
        types;  ///< Whether a type is that of files: types go by numbers that stay the same.
    std::map<DWORD, std::map<std::uint64_t, Handle>> known;
    std::vector<std::byte> room;  ///< For the system's table, of all processes' handles.
};

/** The same by trying numbers, which is slower, and does not tell what is inheritable. */
std::vector<Handle> TriedFilesOf(HANDLE process);

/** What the pipe behind a process's handle holds; nothing if the handle is none on a pipe that can be asked.
 */
std::optional<Content> ContentOf(HANDLE process, std::uint64_t number);

}  // namespace pipects::observer
