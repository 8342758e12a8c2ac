#pragma once

#include <windows.h>

#include <map>
#include <optional>
#include <vector>

#include "Owned.hpp"

namespace pipects::observer {

/** A thread, and how often it has been given a processor: at rest that number stays as it is. */
struct Thread {
    DWORD id = 0;
    ULONG state = 0;  ///< As in KTHREAD_STATE: 5 waits.
    ULONG switches = 0;
};

/** Processes that are held while they are watched, so that their numbers can't come to mean others. */
class Watched {
  public:
    /** Begins to watch a process. Throws std::runtime_error if there is none of that number. */
    void Add(DWORD pid);
    void Remove(DWORD pid);
    /** The handle of a watched process. Throws std::runtime_error for any other. */
    [[nodiscard]] HANDLE Of(DWORD pid) const;

  private:
    std::map<DWORD, Owned> processes;
};

/** The process that started this one. */
DWORD ParentOf(HANDLE process);

/** How a process ended; nothing while it runs. */
std::optional<DWORD> ExitOf(HANDLE process);

/** The threads of a process. */
std::vector<Thread> ThreadsOf(DWORD pid);

}  // namespace pipects::observer
