#pragma once

#include <string>
#include <vector>

// Known deviations: the same file as the harness reads (spec/schemas/deviation.schema.json), as strictly.

namespace pipects::inprocess {

/// A failure that is known, with the reason that it is.
struct Deviation {
    std::string requirement;
    std::vector<std::string> tests;  // patterns of ids
    std::string verdict;
    std::string happens;
    std::string matches;
    std::string reason;
    std::string link;
    bool sometimes = false;
    std::string where;  // file and line

    [[nodiscard]] bool Names(const std::string& test) const;
    [[nodiscard]] bool Explains(const std::string& how, const std::string& actual) const;
};

using Deviations = std::vector<Deviation>;

/// The entries of a file that are about one process's rows. Throws std::runtime_error that names file and
/// line.
[[nodiscard]] Deviations LoadDeviations(const std::string& file);

/// The first entry that explains a failure of that test, or null.
/// @param verdict `fail`, `hang` or `crash`
[[nodiscard]] const Deviation* Explanation(const Deviations& known, const std::string& test,
                                           const std::string& verdict, const std::string& actual);

/// The first entry that is about a test, or null.
[[nodiscard]] const Deviation* About(const Deviations& known, const std::string& test);

}  // namespace pipects::inprocess
