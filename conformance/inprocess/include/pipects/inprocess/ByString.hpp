#pragma once

#include <pipects/inprocess/Tests.hpp>

namespace pipects::inprocess {

/// A row that makes its client from ClientSafePipeHandle only because that is how one process does it, made
/// from the handle's string instead: for types without a SafePipeHandle. False, and nothing changed, if the
/// row is about handles themselves.
///
/// The client gets a descriptor of its own, and the server's copy is closed behind it: who holds what is then
/// as it is when both share a SafePipeHandle.
bool MadeByString(Test& test);

}  // namespace pipects::inprocess
