#pragma once

#include <pipects/inprocess/Observe.hpp>
#include <pipects/inprocess/Tests.hpp>

#include <map>
#include <string>

namespace pipects::inprocess {

/// What a step kept under a name: an object of the implementation, or a value.
struct Named {
    bool isObject = false;
    Json value;
    system::Pipes pipes;  // that it is about
};

/// The names that a row has given so far, and what its `$names` stand for.
class Names {
  public:
    void Keep(const std::string& name, Named named) { named_[name] = std::move(named); }
    [[nodiscard]] bool Has(const std::string& name) const { return named_.contains(name); }
    [[nodiscard]] const Named& operator[](const std::string& name) const;
    /// Adds pipes to an object that is there; nothing happens if it is not.
    void AddPipes(const std::string& name, const system::Pipes& pipes);

    /// A value as the protocol carries it; `parameter` is whose it is, if it is one's.
    [[nodiscard]] Json Value(const std::string& parameter, const Json& value) const;
    /// An expectation with the values of names in place.
    [[nodiscard]] Json Resolved(const Json& value) const;
    /// The pipes that a step is about: those of its object and of its arguments.
    [[nodiscard]] system::Pipes PipesOf(const Step& step) const;

  private:
    [[nodiscard]] Json ValueOfText(const std::string& text) const;

    std::map<std::string, Named> named_;
};

/// The number that a text or a number may be as a descriptor, or -1.
[[nodiscard]] int AsDescriptor(const Json& value);

}  // namespace pipects::inprocess
