#pragma once

// Every operating-system call of the kit is behind this header: one file a platform, with the same functions.

#if defined(_WIN32)
#include <pipects/adapter/platform/Windows.hpp>
#else
#include <pipects/adapter/platform/Posix.hpp>
#endif
