#include "Processes.hpp"

#include "Native.hpp"

#include <stdexcept>

namespace pipects::observer {
void Watched::Add(DWORD pid) {
    if (processes.contains(pid)) return;
    Owned process(OpenProcess(
        PROCESS_DUP_HANDLE | PROCESS_QUERY_INFORMATION | PROCESS_TERMINATE | SYNCHRONIZE, FALSE, pid));
    if (!process) throw std::runtime_error("gone");
    processes[pid] = std::move(process);
}

void Watched::Remove(DWORD pid) {
    processes.erase(pid);
}

HANDLE Watched::Of(DWORD pid) const {
    const auto found = processes.find(pid);
    if (found == processes.end()) throw std::runtime_error("not watched");
    return found->second.get();
}

DWORD ParentOf(HANDLE process) {
    native::BasicInformation basic{};
    if (native::NtQueryInformationProcess(process, native::basicInformation, &basic, sizeof basic, nullptr) !=
        native::success)
        return 0;
    return static_cast<DWORD>(basic.parent);
}

std::optional<DWORD> ExitOf(HANDLE process) {
    if (WaitForSingleObject(process, 0) != WAIT_OBJECT_0) return std::nullopt;
    DWORD status = 0;
    GetExitCodeProcess(process, &status);
    return status;
}

std::vector<Thread> ThreadsOf(DWORD pid) {
    std::vector<std::byte> room;
    for (const std::byte* at = native::TableOf(native::processes, room);;) {
        const auto* row = reinterpret_cast<const native::ProcessRow*>(at);
        if (row->pid == pid) {
            const auto* threads = reinterpret_cast<const native::ThreadRow*>(row + 1);
            std::vector<Thread> found;
            for (ULONG i = 0; i < row->threads; ++i)
                found.push_back({static_cast<DWORD>(threads[i].id), threads[i].state, threads[i].switches});
            return found;
        }
        if (row->next == 0) throw std::runtime_error("gone");
        at += row->next;
    }
}

}  // namespace pipects::observer
