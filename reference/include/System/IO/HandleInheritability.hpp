#pragma once

#include <cstdint>

namespace System::IO {

/// Whether child processes get a handle. [inheritability.type.members]
enum class HandleInheritability : std::int32_t { None = 0, Inheritable = 1 };

}  // namespace System::IO
