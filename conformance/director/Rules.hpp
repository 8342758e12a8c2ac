#pragma once

#include "Calls.hpp"
#include "Target.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace pipects::director {

/// The call waits until it is let go, at most for so long.
struct Hold {
    std::chrono::milliseconds longest;
};
/// The call is made, and told of.
struct Note {};
struct Pass {};
/// The call is not made, and fails.
struct Fail {
    int error;
};
/// A read or a write moves no more than so many bytes.
struct Shorten {
    std::size_t bytes;
};
using Action = std::variant<Pass, Note, Hold, Fail, Shorten>;

/// What becomes of calls of a kind: the plan's first with the first call, and so on.
struct Rule {
    std::string id;
    std::optional<Family> family;  // any without
    std::string form;              // the system's own name; any of the family without
    pid_t process = 0;             // any without
    std::set<ino_t> pipes;         // any without; else the call must be about one of them
    std::optional<End> end;
    std::size_t skip = 0;  // so many calls pass first
    bool always = false;   // whether the plan begins anew when it is over
    std::vector<Action> plan;
    std::size_t done = 0;  // of the plan

    /// Whether it is about calls such as this one, wherever they are made.
    [[nodiscard]] bool IsAbout(const Call& call, pid_t caller) const noexcept {
        return !IsOver() && (!family || family == call.family) && (form.empty() || form == call.name) &&
               (process == 0 || process == caller);
    }
    [[nodiscard]] bool IsOver() const noexcept { return !always && done == plan.size(); }
    [[nodiscard]] const Action& Next() const noexcept { return plan[done % plan.size()]; }
};

/// A rule from the words of a command: ID FAMILY|FORM PROCESS PIPES END SKIP once|always ACTION...
/// Throws std::invalid_argument with what is wrong.
[[nodiscard]] Rule RuleOf(const std::vector<std::string>& words);
/// `pass`, `note`, `hold:MILLISECONDS`, `fail:ERRNO`, `short:BYTES`. Throws std::invalid_argument.
[[nodiscard]] Action ActionOf(const std::string& word);

}  // namespace pipects::director
