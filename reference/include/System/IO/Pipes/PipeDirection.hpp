#pragma once

#include <cstdint>

namespace System::IO::Pipes {

/// Which way a pipe end moves bytes; an anonymous pipe takes In or Out. [direction.type.members]
enum class PipeDirection : std::int32_t { In = 1, Out = 2, InOut = 3 };

}  // namespace System::IO::Pipes
