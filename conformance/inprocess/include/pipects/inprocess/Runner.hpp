#pragma once

#include <pipects/inprocess/Port.hpp>

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace pipects::inprocess {

struct Options {
    /// The expanded cases (`pipects expand`), to be found when the program runs.
    std::string tests;
    /// What the implementation lacks and its types don't tell: capabilities, types, or members by their bare
    /// names.
    std::set<std::string> lacks = {};
    /// A file of known deviations, as strict as in the harness; none if empty.
    std::string deviations = {};
    /// Whether a row may leave no descriptor at all behind, whatever it is open on.
    bool strictHandles = true;
};

/// Boost.Test's main function over the rows. It takes Boost.Test's options, and these:
///
///     --list_skipped  every row that one process can't run or this implementation can't be asked, with the
///     reason
///     --members       each member that the rows use and the implementation has not, once; an exit status
///     other than 0 if there are any
///     --list_tests    every test that can be run: its id, its path for --run_test and, for those of the
///     binding, what they cover,
///                     with tabs between them
///     --draft_deviations=FILE
///                     writes the failures that are not known as a draft of a list of deviations, when all
///                     has run
///
/// @param open makes the implementation's port, once, before the first row
int Run(const std::function<std::unique_ptr<Port>()>& open, int argc, char** argv, const Options& options);

}  // namespace pipects::inprocess
