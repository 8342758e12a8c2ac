#pragma once

#include <pipects/inprocess/Json.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

// The case tables as `pipects expand` writes them: every row a test, its values in place.

namespace pipects::inprocess {

/// One thing done to one object, and what must come of it (spec/case-format.md).
struct Step {
    std::string verb;
    std::string target;
    std::string thread;
    Json options;
    Json expectation;
    std::string text;
    std::string requirement = {};  // the one that it breaks, of those that its row covers

    [[nodiscard]] bool Has(const char* option) const { return options.contains(option); }
    /// An option's text, or nothing.
    [[nodiscard]] std::string Text(const char* option) const { return options.value(option, std::string()); }
    /// What stands under `with`, an empty mapping if nothing does.
    [[nodiscard]] const Json& Arguments() const;
};

struct Requirement {
    std::string id;
    std::string text;
    std::string level;

    /// Its text, its id and its level, as a failure shows them.
    [[nodiscard]] std::string Described() const { return text + " (" + id + ", " + level + ")"; }
};

/// What a row breaks whatever it is about.
struct Blame {
    Requirement leak;        // an end of a pipe stays open behind it
    Requirement leftBehind;  // anything else does
    Requirement noReader;    // a write without a reader ends the process
};

/// One row of one case.
struct Test {
    std::string id;
    std::string title;
    std::string file;
    std::size_t line;
    Json row;
    std::vector<Requirement> covers;
    std::vector<std::string> needs;
    std::string platforms;
    double deadline;
    bool stress;
    std::string notInProcess;  // why it needs more than one process; empty if it does not
    std::vector<Step> steps;
    Blame blame = {};
    std::vector<std::string> names = {};  // the types and members that its steps name
    std::string unread = {};              // its steps as they stand in the file, until they are wanted

    /// Itself, its steps read. Throws std::runtime_error if they are not what they should be.
    [[nodiscard]] Test WithSteps() const;
    /// The requirement that a step breaks; the row's first, behind the last step.
    [[nodiscard]] Requirement BrokenAt(std::optional<std::size_t> step) const;
    /// The names of its suites and its own, as Boost.Test has them: it reserves some characters.
    [[nodiscard]] std::vector<std::string> Path() const { return PathOf(id); }
    [[nodiscard]] static std::vector<std::string> PathOf(const std::string& id);
};

[[nodiscard]] std::string Joined(const std::vector<std::string>& parts, char between);

/// The rows, their steps still unread: there are thousands, and most processes want few.
/// Throws std::runtime_error if the file is not what it should be.
/// @param below a path of Boost.Test's, if only the rows that it names are wanted: CTest starts a process a
/// row
[[nodiscard]] std::vector<Test> LoadTests(const std::string& file, const std::string& below = {});

}  // namespace pipects::inprocess
