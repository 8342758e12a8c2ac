"""The switch that a mutated build asks: written in C++, compiled into the library."""

from __future__ import annotations

ACTIVE = "PIPECTS_MUTANT"
"""The environment's variable with the number of the mutant that is on; children inherit it."""
REACHED = "PIPECTS_REACHED"
"""The environment's variable with a file of one byte a mutant: 1 once its place is reached."""
MOST = 1 << 14

HEADER = f"""#pragma once
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#ifndef _WIN32
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

extern "C" int pipects_mutant;
extern "C" volatile unsigned char* pipects_reached;
/// Whether the change of this number is on; notes that its place is reached.
#define PIPECTS_ON(number) (pipects_reached[number] = 1, pipects_mutant == (number))
"""

SOURCE = f"""#include "Switch.hpp"

#ifndef _WIN32
#include <sys/mman.h>
#endif

namespace {{
unsigned char nobodyLooks[{MOST}];
}}

int pipects_mutant = 0;
volatile unsigned char* pipects_reached = nobodyLooks;

/// Before any other code of the program: no handle stays open behind it.
__attribute__((constructor(101))) static void ReadSwitch() {{
    if (const char* number = std::getenv("{ACTIVE}")) {{
        pipects_mutant = std::atoi(number);
    }}
#ifndef _WIN32
    const char* name = std::getenv("{REACHED}");
    const int file = name ? ::open(name, O_RDWR | O_CLOEXEC) : -1;
    if (file != -1) {{
        void* const map = ::mmap(nullptr, {MOST}, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (map != MAP_FAILED) {{
            pipects_reached = static_cast<volatile unsigned char*>(map);
        }}
        ::close(file);
    }}
#endif
}}
"""
