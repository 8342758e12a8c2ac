#pragma once

#include <pipects/inprocess/Port.hpp>
#include <pipects/inprocess/Tests.hpp>

#include <set>
#include <string>
#include <vector>

namespace pipects::inprocess {

/// The members and overloads of the two streams that rows use and the implementation does not have, each
/// once.
[[nodiscard]] std::set<std::string> MissingMembers(const std::vector<Test>& tests, Port& port);

/// The members of the implementation's list of lacks that a row uses.
[[nodiscard]] std::string LackingMember(const Test& test, const std::set<std::string>& lacks);

}  // namespace pipects::inprocess
