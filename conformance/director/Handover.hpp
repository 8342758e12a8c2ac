#pragma once

#include "Descriptor.hpp"

/// How the listener comes from the process that is watched to the one that watches: through a Unix socket.
namespace pipects::director {

/// Throws std::system_error.
void HandOver(int socket, int descriptor);
/// @return nothing if the other side has gone without handing one over
[[nodiscard]] Descriptor TakeOver(int socket);

}  // namespace pipects::director
