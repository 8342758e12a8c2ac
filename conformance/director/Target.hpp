#pragma once

#include "Calls.hpp"
#include "Descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <linux/seccomp.h>
#include <sys/types.h>
#include <sys/uio.h>

/// What a process that is about to make a call has: read while its thread waits.
namespace pipects::director {

enum class End { Read, Write };

/// A descriptor that is an end of a pipe.
struct PipeEnd {
    int descriptor;
    ino_t pipe;
    End end;
};

/// The process of a thread, or 0 if the thread is gone.
[[nodiscard]] pid_t ProcessOf(pid_t thread);
[[nodiscard]] std::optional<PipeEnd> PipeEndOf(pid_t process, int descriptor) noexcept;
/// The ends that a call is about; of an epoll those in its set, so one for which nobody waits may be there.
[[nodiscard]] std::vector<PipeEnd> EndsOf(pid_t process, const seccomp_data& data, const Call& call);

/// A copy of the process's descriptor, which shares its description. Empty where the system refuses it.
[[nodiscard]] Descriptor CopyOf(pid_t process, int descriptor) noexcept;
/// Whether the whole was read. Throws nothing: an address may be wrong.
[[nodiscard]] bool ReadMemory(pid_t process, std::uint64_t address, std::span<std::byte> into) noexcept;
/// The memory that a read or a write is about, `most` bytes of it.
/// @return empty if it can't be told
[[nodiscard]] std::vector<iovec> BufferOf(pid_t process, const seccomp_data& data, const Call& call,
                                          std::size_t most);

}  // namespace pipects::director
