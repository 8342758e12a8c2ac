#pragma once

#include <pipects/inprocess/Deviations.hpp>
#include <pipects/inprocess/Matching.hpp>
#include <pipects/inprocess/Names.hpp>
#include <pipects/inprocess/Observe.hpp>
#include <pipects/inprocess/Port.hpp>
#include <pipects/inprocess/Tests.hpp>
#include <pipects/inprocess/Watchdog.hpp>

#include <functional>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace pipects::inprocess {

enum class Verdict { Pass, Fail, Hang, AdapterError, NotApplicable, NotObservable };

[[nodiscard]] std::string NameOf(Verdict verdict);

/// What came of a row; all but the verdict is for a reader.
struct Result {
    Verdict verdict = Verdict::Pass;
    std::optional<std::size_t> step = {};  // the failed one's index
    Requirement requirement = {};          // the one that is broken
    std::string expected = {};
    std::string actual = {};
    std::vector<std::string> observed = {};
    std::vector<std::string> threads = {};
    std::string reason = {};
};

/// What rows share.
struct Session {
    Port& port;
    Watchdog& watchdog;
    Patience patience;
    bool strictHandles;
    Deviations deviations;
    /// Is told of every step's index before it is done.
    std::function<void(std::size_t step)> begin;
    /// Is told of what was observed.
    std::function<void(const std::string& text)> note;
    /// Ends a row that hangs on the main thread, and with it the process.
    std::function<void(const Result& result)> hang;
};

/// A row in progress. Threads: one, the main thread, on whose stack requests run unless they name another.
class Row {
  public:
    Row(const Test& test, Session& session);

    /// Executes the row to its end and cleans up behind it. Never throws for what it meets.
    Result Run();

  private:
    /// A step did not come out as the case says, or the row can't go on for another reason.
    struct Ended : std::exception {
        Ended(Verdict how, std::string wanted, std::string found, std::optional<Requirement> rule = {})
            : verdict(how), expected(std::move(wanted)), actual(std::move(found)), broken(std::move(rule)) {}
        Verdict verdict;
        std::string expected;
        std::string actual;
        std::optional<Requirement> broken;  // the step's own without it
    };

    /// The implementation has no such member, overload or type: nothing is wrong with the rest of it.
    struct Lacking : std::runtime_error {
        using std::runtime_error::runtime_error;
    };

    /// A call left running on a thread.
    struct Running {
        const Step* step;
        std::future<Message> answer;
        system::Pipes pipes;
        std::optional<int> thread;
    };

    Result Guarded();
    [[nodiscard]] Result Failed(const Ended& ended) const;
    void Do(const Step& step);
    void CleanUp(Result& result);
    void CollectRunning();
    void CheckNothingLeft();

    // What steps do (Row.cpp)
    void New(const Step& step);
    void Call(const Step& step);
    void Get(const Step& step);
    void Set(const Step& step);
    void Transfer(const Step& step);
    void Describe(const Step& step);
    void Forget(const Step& step);
    void Finish(const Step& step);
    void Signal(const Step& step);

    // What the operating system shows (RowObserve.cpp)
    void Observe(const Step& step);
    void ObserveEnds(const Step& step);
    void ObserveBlocked(const Step& step);
    void ObservePending(const Step& step);
    void ObserveDescriptor(const Step& step);
    void ObserveSignals(const Step& step);
    void ObserveNumber(const Step& step, const std::function<std::int64_t()>& look);
    void ProveBlocked(Running& running);
    [[nodiscard]] std::optional<system::Proof> ProofOf(const Running& running, std::size_t calls) const;
    [[nodiscard]] system::Pipe OnePipeOf(const Step& step) const;

    // Requests (RowRequests.cpp)
    void Invoke(const Step& step, const std::string& method, Json parameters);
    void LeaveRunning(const Step& step, const std::string& method, const Json& parameters);
    Outcome Ask(const std::string& method, const Json& parameters);
    void Keep(const Step& step, const Outcome& outcome);
    void Judge(const Step& step, const Outcome& outcome, const Json& expectation, const std::string& choice);
    Json Choose(const std::string& choice, const Json& expectation, const Outcome& outcome,
                const Json& arguments);
    Message Handle(const std::string& method, const Json& parameters);
    Message Await(std::future<Message>& answer);
    Message RequestOf(const std::string& method, const Json& parameters);
    void Arm();
    void HandOver(const Step& step);
    void CloseServersCopy(const Step& step);
    static void RequireNoRefusal(const Outcome& outcome);

    const Test& test_;
    Session& session_;
    const double patience_;
    const double settle_;
    Names names_;
    std::map<std::string, Running> running_;
    system::Pipes born_;
    std::map<std::string, std::set<std::size_t>> choices_;   // the outcomes of `any` that are still possible
    std::map<int, std::optional<std::string>> descriptors_;  // what each was open on when it was first named
    std::map<std::string, std::string> signals_;
    std::optional<std::size_t> told_;  // how many keys of descriptions could be compared
    std::size_t handles_ = 0;
    std::size_t index_ = 0;
    std::int64_t requests_ = 0;
    bool afterLast_ = false;
};

}  // namespace pipects::inprocess
