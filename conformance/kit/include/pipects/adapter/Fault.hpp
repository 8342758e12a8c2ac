#pragma once

#include <stdexcept>
#include <string>

namespace pipects::adapter {

/// The protocol's error codes: what an adapter itself could not do.
enum class FaultCode : int {
    MalformedMessage = -32700,
    MalformedRequest = -32600,
    NoSuchMethod = -32601,
    WrongParameters = -32602,
    AdapterFailed = -32603,
    NotImplemented = -32001,  // no such type, member or overload in this implementation
    NoSuchObject = -32002,
};

/// Becomes a JSON-RPC error. What the implementation under test throws never becomes one: that is an outcome.
class Fault : public std::runtime_error {
  public:
    Fault(FaultCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    [[nodiscard]] FaultCode Code() const noexcept { return code_; }

  private:
    FaultCode code_;
};

}  // namespace pipects::adapter
