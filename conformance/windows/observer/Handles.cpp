#include "Handles.hpp"

#include "Native.hpp"
#include "Owned.hpp"

#include <array>
#include <map>
#include <string_view>

namespace pipects::observer {
namespace {

constexpr ULONG inherits = 2;
constexpr std::uint64_t step = 4;
/** So many numbers in a row on which nothing is open are taken for the end of a process's handles. */
constexpr std::uint64_t emptyAtEnd = 96;

/** The rows of the system's handle table that are this process's. */
std::vector<native::HandleRow> RowsOf(DWORD pid, std::vector<std::byte>& room) {
    const auto* table =
        reinterpret_cast<const native::HandleTable*>(native::TableOf(native::extendedHandles, room));
    std::vector<native::HandleRow> found;
    for (ULONG_PTR i = 0; i < table->count; ++i)
        if (table->rows[i].process == pid) found.push_back(table->rows[i]);
    return found;
}

Owned Copy(HANDLE process, std::uint64_t number) {
    HANDLE copy = nullptr;
    if (!DuplicateHandle(process, reinterpret_cast<HANDLE>(number), GetCurrentProcess(), &copy, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        return nullptr;
    return Owned(copy);
}

std::string Narrow(const native::Text& text) {
    const int length = text.bytes / static_cast<int>(sizeof(wchar_t));
    std::string narrow(static_cast<std::size_t>(length) * 3, '\0');
    const int used = length == 0 ? 0
                                 : WideCharToMultiByte(CP_UTF8, 0, text.start, length, narrow.data(),
                                                       static_cast<int>(narrow.size()), nullptr, nullptr);
    narrow.resize(static_cast<std::size_t>(used));
    return narrow;
}

/** A text that the object manager has of an object: its name, or (first of a longer answer) its type. */
std::string TextOf(HANDLE handle, ULONG which) {
    alignas(native::Text) std::array<std::byte, 4096> room{};
    ULONG needed = 0;
    if (native::NtQueryObject(handle, which, room.data(), static_cast<ULONG>(room.size()), &needed) != 0)
        return {};
    return Narrow(*reinterpret_cast<const native::Text*>(room.data()));
}

/** How a pipe stands; nothing if the handle is on none. A pipe without its other end may have no state to
 * tell. */
std::optional<native::PipeState> PipeOf(HANDLE handle) {
    native::StatusBlock block{};
    native::PipeState state{};
    switch (
        native::NtQueryInformationFile(handle, &block, &state, sizeof state, native::pipeLocalInformation)) {
        case native::success:
        case native::pipeDisconnected:
        case native::pipeClosing:
        case native::pipeBroken:
            return state;
        default:
            return std::nullopt;
    }
}

bool IsNonblocking(HANDLE handle) {
    native::StatusBlock block{};
    native::PipeMode mode{};
    return native::NtQueryInformationFile(handle, &block, &mode, sizeof mode, native::pipeInformation) ==
               native::success &&
           mode.completionMode != 0;
}

ACCESS_MASK AccessOf(HANDLE handle) {
    native::ObjectBasics basics{};
    native::NtQueryObject(handle, native::objectBasics, &basics, sizeof basics, nullptr);
    return basics.access;
}

/** What a copy of a process's handle is on; nothing if that is neither file nor pipe nor socket. */
std::optional<Handle> About(HANDLE copy, std::uint64_t number) {
    const DWORD type = GetFileType(copy);
    if (type == FILE_TYPE_UNKNOWN) return std::nullopt;
    Handle about;
    about.number = number;
    if (type == FILE_TYPE_PIPE && PipeOf(copy)) {
        about.kind = "pipe";
        about.nonblocking = IsNonblocking(copy);
    } else {
        about.kind = type == FILE_TYPE_PIPE ? "socket" : type == FILE_TYPE_DISK ? "disk" : "character";
    }
    if (about.kind == "pipe" || about.kind == "disk") about.name = TextOf(copy, native::objectName);
    return about;
}

bool MayBe(const Handle& known, const native::HandleRow& row) {
    return known.access == row.access && known.inheritable == ((row.attributes & inherits) != 0);
}

/** Whether a name is that of one pipe, and not of all. */
bool IsOfOnePipe(const std::string& name) {
    constexpr std::string_view all = "\\Device\\NamedPipe\\";
    return name.size() > all.size() && name.starts_with(all);
}

}  // namespace

bool Listing::IsOther(std::uint16_t type) const {
    const auto found = types.find(type);
    return found != types.end() && !found->second;
}

std::vector<Handle> Listing::FilesOf(HANDLE process, DWORD pid, bool fresh,
                                     std::optional<std::uint64_t> only) {
    std::map<std::uint64_t, Handle> now;
    std::map<std::uint64_t, Handle>& before = known[pid];
    for (const native::HandleRow& row : RowsOf(pid, room)) {
        if (IsOther(row.type)) continue;
        const auto found = before.find(row.number);
        const bool mayBe = found != before.end() && MayBe(found->second, row);
        const bool isKnown = mayBe && !fresh;
        const bool isAside = only && row.number != *only;
        if ((isKnown && found->second.kind != "pipe") || (mayBe && isAside)) {
            now.insert(*found);
            continue;
        }
        const Owned copy = Copy(process, row.number);
        if (!copy) continue;
        if (isKnown && IsOfOnePipe(found->second.name) &&
            TextOf(copy.get(), native::objectName) == found->second.name) {
            now.insert(*found);
            continue;
        }
        if (!types.contains(row.type)) types[row.type] = TextOf(copy.get(), native::objectType) == "File";
        auto about = IsOther(row.type) ? std::nullopt : About(copy.get(), row.number);
        if (!about) continue;
        about->access = row.access;
        about->inheritable = (row.attributes & inherits) != 0;
        now.emplace(row.number, *std::move(about));
    }
    before = now;
    std::vector<Handle> found;
    for (const auto& [number, handle] : now) found.push_back(handle);
    return found;
}

void Listing::Forget(DWORD pid) {
    known.erase(pid);
}

std::vector<Handle> TriedFilesOf(HANDLE process) {
    std::vector<Handle> found;
    for (std::uint64_t number = step, empty = 0; empty < emptyAtEnd; number += step) {
        const Owned copy = Copy(process, number);
        empty = copy ? 0 : empty + 1;
        auto about = copy ? About(copy.get(), number) : std::nullopt;
        if (!about) continue;
        about->access = AccessOf(copy.get());
        found.push_back(*std::move(about));
    }
    return found;
}

std::optional<Content> ContentOf(HANDLE process, std::uint64_t number) {
    const Owned copy = Copy(process, number);
    if (!copy) return std::nullopt;
    const auto state = PipeOf(copy.get());
    if (!state) return std::nullopt;
    Content content;
    content.capacity = state->outboundQuota != 0 ? state->outboundQuota : state->inboundQuota;
    content.unread = state->readDataAvailable;
    return content;
}

}  // namespace pipects::observer
