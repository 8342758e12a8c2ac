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

/// The first member or type of a list of lacks that a row uses, or nothing.
[[nodiscard]] std::string LackingMember(const Test& test, const std::set<std::string>& lacks);

}  // namespace pipects::inprocess
