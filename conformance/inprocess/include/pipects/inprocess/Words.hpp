#pragma once

#include <pipects/inprocess/Matching.hpp>

#include <string>

// Outcomes in the words in which the harness says them (pipects/matching.py).

namespace pipects::inprocess {

/// The expectation in words, for a reader of a failure.
[[nodiscard]] std::string SayExpected(const Json& expectation);

/// The outcome in words.
[[nodiscard]] std::string SayActual(const Outcome& outcome);

/// A value as JSON, cut where it is long.
[[nodiscard]] std::string Short(const Json& value);

/// A value as text inside a longer text: text without quotes, everything else as JSON.
[[nodiscard]] std::string Plain(const Json& value);

}  // namespace pipects::inprocess
