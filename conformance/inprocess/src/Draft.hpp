#pragma once

#include <pipects/inprocess/Row.hpp>

#include <string>

namespace pipects::inprocess {

/// A list of known deviations out of a run's failures: what `pipects deviations` makes of the harness's
/// results, with reasons and links left blank.
///
/// Failures are noted in a file beside the draft, one a line, so that a row which ends the process loses
/// none.
class Draft {
  public:
    /// @param file where the list is to be; nothing is drafted if that is empty
    explicit Draft(std::string file);

    /// Forgets what an earlier run has noted. Throws std::runtime_error if the file can't be written.
    void Begin() const;
    void Note(const Test& test, const Result& result) const;
    /// What NoteCrash will need, made while the process is well.
    [[nodiscard]] std::string CrashOf(const Test& test, const Requirement& broken) const;
    /// For a signal handler: allocates nothing.
    void NoteCrash(const std::string& made, const char* signal) const;
    /// Makes the list of all that was noted, and says where it is.
    void Write(const std::string& implementation) const;

    /// A verdict as a list has it: `fail`, `hang`, or nothing.
    [[nodiscard]] static std::string WordOf(Verdict verdict);

  private:
    [[nodiscard]] bool IsWanted() const { return !file_.empty(); }

    const std::string file_;
    const std::string notes_;
};

}  // namespace pipects::inprocess
