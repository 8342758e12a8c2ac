#include "Handles.hpp"

#include "Native.hpp"
#include "Owned.hpp"

#include <array>
#include <map>

namespace pipects::observer {
namespace {

constexpr ULONG inherits = 2;

/** The rows of the system's handle table that are this process's. */
std::vector<native::HandleRow> RowsOf(DWORD pid) {
    const auto room = native::TableOf(native::extendedHandles);
    const auto* table = reinterpret_cast<const native::HandleTable*>(room.data());
    std::vector<native::HandleRow> found;
    for (ULONG_PTR i = 0; i < table->count; ++i)
        if (table->rows[i].process == pid) found.push_back(table->rows[i]);
    return found;
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

/** Which types are files: they go by numbers, which stay the same while the system runs. */
class Types {
  public:
    [[nodiscard]] bool KnownOther(USHORT type) const {
        const auto found = files.find(type);
        return found != files.end() && !found->second;
    }

    bool IsFile(USHORT type, HANDLE handle) {
        const auto found = files.find(type);
        if (found != files.end()) return found->second;
        return files.emplace(type, TextOf(handle, native::objectType) == "File").first->second;
    }

  private:
    std::map<USHORT, bool> files;
};

Owned Copy(HANDLE process, std::uint64_t number) {
    HANDLE copy = nullptr;
    if (!DuplicateHandle(process, reinterpret_cast<HANDLE>(number), GetCurrentProcess(), &copy, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        return nullptr;
    return Owned(copy);
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

void AskPipe(HANDLE handle, Handle& about) {
    about.kind = "pipe";
    about.name = TextOf(handle, native::objectName);
    native::StatusBlock block{};
    native::PipeMode mode{};
    about.nonblocking =
        native::NtQueryInformationFile(handle, &block, &mode, sizeof mode, native::pipeInformation) == 0 &&
        mode.completionMode != 0;
}

void Ask(HANDLE handle, Handle& about) {
    switch (GetFileType(handle)) {
        case FILE_TYPE_PIPE:
            if (PipeOf(handle))
                AskPipe(handle, about);
            else
                about.kind = "socket";
            break;
        case FILE_TYPE_DISK:
            about.kind = "disk";
            about.name = TextOf(handle, native::objectName);
            break;
        default:
            about.kind = "character";
    }
}

}  // namespace

std::vector<Handle> FilesOf(HANDLE process, DWORD pid) {
    static Types types;
    std::vector<Handle> found;
    for (const native::HandleRow& row : RowsOf(pid)) {
        if (types.KnownOther(row.type)) continue;
        const Owned copy = Copy(process, row.number);
        if (!copy) continue;
        if (!types.IsFile(row.type, copy.get())) continue;
        Handle about;
        about.number = row.number;
        about.access = row.access;
        about.inheritable = (row.attributes & inherits) != 0;
        Ask(copy.get(), about);
        found.push_back(std::move(about));
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
