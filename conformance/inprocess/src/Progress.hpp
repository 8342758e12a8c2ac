#pragma once

#include "Draft.hpp"

#include <pipects/inprocess/Row.hpp>

#include <string>
#include <vector>

namespace pipects::inprocess {

/// How far a run has come, so that a row which ends the process does not end the run: the program starts
/// itself again and goes on behind that row.
///
/// One object a process: signal handlers have to find it.
class Progress {
  public:
    /// @param goesOn whether the program may start itself again: there are other rows, and nothing is being
    /// written that has to stay in one piece
    /// @param draft is told of failures that are not known, and of rows that end the process
    Progress(std::size_t rows, char** argv, bool goesOn, const Draft& draft);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();

    /// Whether a process before this one began that row already.
    [[nodiscard]] bool IsDone(std::size_t row) const { return done_[row]; }
    /// How many rows have ended a process, and are not known to.
    [[nodiscard]] int Broken() const { return broken_; }
    /// How many rows were executed by the processes before this one.
    [[nodiscard]] int Executed() const { return executed_; }
    void CountExecuted() { ++executed_; }
    /// Notes a failure that is not known in the draft.
    void Note(const Test& test, const Result& result) const { draft_.Note(test, result); }
    /// Whether a process before this one has begun the run.
    [[nodiscard]] bool IsResumed() const { return isResumed_; }

    /// From now on a fatal signal is told of with the row's name.
    void Begin(std::size_t row, const Test& test, const std::string& name, const Deviations& known);
    void Step(std::size_t step);
    void End();

    /// Ends this process: by going on in its successor, else with a status that tells of it.
    [[noreturn]] void Leave(bool known);

  private:
    static void OnSignal(int signal);
    void ReadResumed();
    void WriteResumed();

    std::vector<bool> done_;
    char** argv_;
    const bool goesOn_;
    const Draft& draft_;
    bool isResumed_ = false;
    int broken_ = 0;
    int executed_ = 0;
    std::string resumed_;  // the variable of the environment, written in place
    std::vector<char*> environment_;
    std::string head_;
    const Test* test_ = nullptr;
    std::string noReader_;
    std::string rule_;  // what the step breaks, as it is printed
    std::string step_;
    std::string draftedCrash_;
    std::vector<int> knownSignals_;
    std::vector<int> caught_;
};

}  // namespace pipects::inprocess
