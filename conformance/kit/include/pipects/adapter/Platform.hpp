#pragma once

// Every operating-system call of the kit is behind this header: one file a platform, with the same functions.

#if defined(_WIN32)
#error "The adapter kit has no Windows layer yet: platform/Windows.hpp belongs beside platform/Posix.hpp."
#else
#include <pipects/adapter/platform/Posix.hpp>
#endif
