#pragma once

#include <pipects/inprocess/Json.hpp>

#include <future>
#include <set>
#include <string>

namespace pipects::inprocess {

/// The implementation under test, by the requests of spec/adapter-protocol.md.
class Port {
  public:
    Port() = default;
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    virtual ~Port() = default;

    [[nodiscard]] virtual std::string Name() const = 0;
    [[nodiscard]] virtual const std::set<std::string>& Lacks() const = 0;
    /// Answers a request: one for the thread `main` with the caller's own stack below it.
    virtual Message Handle(const Message& request) = 0;
    /// The same for another thread, without waiting.
    virtual std::future<Message> Begin(const Message& request) = 0;
};

}  // namespace pipects::inprocess
