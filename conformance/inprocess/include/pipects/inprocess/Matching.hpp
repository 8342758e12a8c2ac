#pragma once

#include <pipects/inprocess/Json.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

// When an outcome is what a step expects (spec/case-format.md). The harness has the same rules in
// pipects/matching.py; spec/vectors/matching.json holds both to them.

namespace pipects::inprocess {

/// The member returned. `arrays` has the bytes, in hexadecimal, of the arrays that the call was given in
/// place, by parameter.
struct Returned {
    Json value;
    Json arrays = Json::object();
};

/// The implementation threw an exception: an ordinary outcome. `parameter` and `token` are text or null.
struct Threw {
    std::string type;
    Json parameter;
    std::string message;
    Json token;
    Json arrays = Json::object();
};

/// A JSON-RPC error: the adapter itself could not do what was asked.
struct Refused {
    int code;
    std::string message;
};

using Outcome = std::variant<Returned, Threw, Refused>;

/// A case, or an adapter's answer, is not as the project's pages say.
class Malformed : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The outcome in a JSON-RPC answer (its `result` or `error`).
[[nodiscard]] Outcome OutcomeOf(const Json& answer);

/// Whether the exception `name` is `base` or documented to derive from it.
[[nodiscard]] bool Derives(const std::string& name, const std::string& base);

/// The bytes that BYTES stands for.
[[nodiscard]] std::vector<std::uint8_t> MakeBytes(const Json& bytes);

/// Whether a value is as expected.
[[nodiscard]] bool Matches(const Json& expected, const Json& actual);

/// Whether the outcome is as expected; an empty expectation asks for any return.
/// @param arguments the call's, for `reads` and `keeps`, which look at the arrays among them
[[nodiscard]] bool Holds(const Json& expectation, const Outcome& outcome, const Json& arguments);

}  // namespace pipects::inprocess
