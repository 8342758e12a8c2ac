#include "Native.hpp"

#include <stdexcept>
#include <string>

namespace pipects::observer::native {

std::vector<std::byte> TableOf(ULONG which) {
    std::vector<std::byte> room(1 << 18);
    for (;;) {
        ULONG needed = 0;
        const Status status =
            NtQuerySystemInformation(which, room.data(), static_cast<ULONG>(room.size()), &needed);
        if (status == success) return room;
        if (status != lengthMismatch)
            throw std::runtime_error("the system shows no table " + std::to_string(which));
        room.resize(room.size() * 2);
    }
}

}  // namespace pipects::observer::native
