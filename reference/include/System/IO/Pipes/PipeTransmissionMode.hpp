#pragma once

#include <cstdint>

namespace System::IO::Pipes {

/// How a pipe hands on what was written; an anonymous pipe knows Byte only. [mode.type.members]
enum class PipeTransmissionMode : std::int32_t { Byte = 0, Message = 1 };

}  // namespace System::IO::Pipes
