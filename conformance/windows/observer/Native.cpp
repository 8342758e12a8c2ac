#include "Native.hpp"

#include <stdexcept>
#include <string>

namespace pipects::observer::native {

const std::byte* TableOf(ULONG which, std::vector<std::byte>& room) {
    if (room.empty()) room.resize(1 << 18);
    for (;;) {
        ULONG needed = 0;
        const Status status =
            NtQuerySystemInformation(which, room.data(), static_cast<ULONG>(room.size()), &needed);
        if (status == success) return room.data();
        if (status != lengthMismatch)
            throw std::runtime_error("the system shows no table " + std::to_string(which));
        room.resize(room.size() * 2);
    }
}

}  // namespace pipects::observer::native
