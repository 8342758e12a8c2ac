#pragma once

#include "Descriptor.hpp"
#include "Listener.hpp"
#include "Rules.hpp"
#include "Target.hpp"
#include "Transfer.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pipects::director {

/// Serves the calls of the processes behind one filter by the rules that it is given.
///
/// Commands come as lines, each answered by `ok` or `error TEXT`: `rule ...` (RuleOf), `drop RULE`,
/// `go NOTIFICATION ACTION`, `clear`, and `settle`, which first serves whoever waits and answers with the
/// threads that were served since the last one. Lines that nobody has asked for tell what happens:
/// `listening`, `held|met RULE NOTIFICATION PROCESS THREAD FAMILY CALL DESCRIPTOR PIPE END BIRTH` (`-` for
/// what there is not), `late NOTIFICATION` for one whose time was over. No rule, no look: then every call
/// passes at once.
class Director {
  public:
    /// @param socket where the launcher hands the listener over
    /// @param commands, reports descriptors of this process, which stay the caller's
    Director(Descriptor socket, int commands, int reports) noexcept
        : socket_(std::move(socket)), commands_(commands), reports_(reports) {}

    /// Until there are no more commands. Then every process that was watched is killed: without a listener
    /// its calls would fail for no reason that anybody has seen. Throws std::system_error.
    void Run();

  private:
    using Clock = std::chrono::steady_clock;
    struct Held {
        std::string rule;
        seccomp_notif notification;
        pid_t process;
        Call call;
        Clock::time_point until;
    };

    [[nodiscard]] bool ReadCommands();
    /// @return what its answer says behind `ok`. Throws std::invalid_argument.
    [[nodiscard]] std::string Obey(const std::string& line);
    void Go(const std::vector<std::string>& words);
    void Drop(const std::string& rule);
    void Clear();
    void Settle();
    void Accept();
    void Serve();
    void Judge(const seccomp_notif& notification, pid_t process, const Call& call);
    /// The rule that says what becomes of a call; those that only take notes have taken them.
    [[nodiscard]] Rule* RuleFor(const seccomp_notif& notification, pid_t process, const Call& call,
                                const std::vector<PipeEnd>& ends, const PipeEnd*& met);
    /// @return whether the rule's plan goes on to its next action
    [[nodiscard]] bool Do(const Action& action, const seccomp_notif& notification, pid_t process,
                          const Call& call);
    void Continue(Transfer transfer);
    void ReleaseLate();
    [[nodiscard]] int Timeout() const;
    [[nodiscard]] pid_t Process(const seccomp_notif& notification, const Call& call);
    void KillAll();
    void Report(const std::string& line) const;

    Descriptor socket_;
    const int commands_;
    const int reports_;
    std::string unread_;
    std::set<pid_t> served_;  // threads, since that was last asked for
    std::optional<Listener> listener_;
    std::list<Rule> rules_;
    std::map<std::uint64_t, Held> held_;
    std::vector<Transfer> waiting_;
    std::map<pid_t, pid_t> processes_;     // by thread
    std::map<pid_t, Descriptor> handles_;  // by process
};

}  // namespace pipects::director
