#pragma once

#include "Progress.hpp"

#include <pipects/inprocess/Row.hpp>

#include <string>
#include <vector>

namespace pipects::inprocess {

/// Why a row isn't run here, or nothing: more than one process, another platform, a capability that is
/// lacking.
[[nodiscard]] std::string WhyNot(const Test& test, const Port& port);

/// Adds every row to Boost.Test's tree. Both must live until the last test has run.
/// A row that isn't run is there too, disabled; asked for by name it says why.
void Register(const std::vector<Test>& tests, Session& session, Progress& progress);

}  // namespace pipects::inprocess
