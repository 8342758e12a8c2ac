#pragma once

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
    Progress(std::size_t rows, char** argv, bool goesOn);
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

    /// From now on a fatal signal is told of with the row's name.
    void Begin(std::size_t row, const Test& test, const std::string& name, const Deviations& known);
    void Step(const std::string& text);
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
    int broken_ = 0;
    int executed_ = 0;
    std::string resumed_;  // the variable of the environment, written in place
    std::vector<char*> environment_;
    std::string head_;
    std::string step_;
    std::vector<int> knownSignals_;
    std::vector<int> caught_;
};

}  // namespace pipects::inprocess
