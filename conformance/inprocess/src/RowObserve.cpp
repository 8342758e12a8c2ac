#include <pipects/inprocess/Row.hpp>
#include <pipects/inprocess/Words.hpp>

#include <algorithm>
#include <sstream>

namespace pipects::inprocess {

namespace {

std::string Listed(const std::vector<std::string>& kinds) {
    std::string text;
    for (const std::string& kind : kinds) {
        text += (text.empty() ? "a " : " and a ") + kind + " end";
    }
    return text.empty() ? "no end of it" : text;
}

std::vector<std::string> KindsOf(const std::vector<system::End>& ends) {
    std::vector<std::string> kinds;
    for (const system::End& end : ends) {
        kinds.push_back(end.Kind());
    }
    std::sort(kinds.begin(), kinds.end());
    return kinds;
}

/// Whether the end has the access that is wanted, and each mark that the case is about.
bool Fits(const std::string& wanted, const system::End& end) {
    std::istringstream words(wanted);
    for (std::string word; words >> word;) {
        const bool fits = word == "read"          ? !end.writes
                          : word == "write"       ? end.writes
                          : word == "inheritable" ? end.inheritable
                          : word == "private"     ? !end.inheritable
                          : word == "nonblocking" ? end.nonblocking
                                                  : !end.nonblocking;
        if (!fits) {
            return false;
        }
    }
    return true;
}

/// Whether there are exactly the ends that are wanted, one for each.
bool AreSame(const std::vector<std::string>& wanted, std::vector<system::End> found) {
    const auto byNumber = [](const system::End& one, const system::End& other) {
        return one.descriptor < other.descriptor;
    };
    std::sort(found.begin(), found.end(), byNumber);
    do {
        if (std::equal(wanted.begin(), wanted.end(), found.begin(), found.end(), Fits)) {
            return true;
        }
    } while (std::next_permutation(found.begin(), found.end(), byNumber));
    return false;
}

/// What is found, but for private ends beyond those that are wanted which an implementation may work and wait
/// with: any number that is non-blocking, and one copy for each that is wanted.
std::vector<system::End> WithoutItsOwn(const std::vector<std::string>& wanted,
                                       std::vector<system::End> found) {
    for (const bool writes : {false, true}) {
        const auto number = std::count_if(wanted.begin(), wanted.end(), [&](const std::string& end) {
            return end.starts_with(writes ? "write" : "read");
        });
        const auto isOfIt = [&](const system::End& end) { return end.writes == writes; };
        auto beyond = number == 0 ? 0 : std::count_if(found.begin(), found.end(), isOfIt) - number;
        auto copies = number;
        for (const bool nonblocking : {true, false}) {
            std::erase_if(found, [&](const system::End& end) {
                const bool isItsOwn = isOfIt(end) && !end.inheritable && end.nonblocking == nonblocking;
                return isItsOwn && beyond > 0 && (nonblocking || copies-- > 0) && beyond-- > 0;
            });
        }
    }
    return found;
}

bool Writes(const Step& step) {
    static const std::set<std::string> writers{"Write", "WriteByte", "WriteAsync", "WaitForPipeDrain",
                                               "BeginWrite"};
    return writers.contains(step.target.substr(step.target.rfind('.') + 1));
}

bool IsReady(const std::future<Message>& answer) {
    return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace

void Row::Observe(const Step& step) {
    if (step.target == "ends") {
        ObserveEnds(step);
    } else if (step.target == "blocked") {
        ObserveBlocked(step);
    } else if (step.target == "pending") {
        ObservePending(step);
    } else if (step.target == "descriptor") {
        ObserveDescriptor(step);
    } else if (step.target == "signals") {
        ObserveSignals(step);
    } else if (step.target == "threads") {
        ObserveNumber(step, [] { return static_cast<std::int64_t>(system::ThreadCount()); });
    } else if (step.target == "capacity") {
        ObserveNumber(step, [&] { return system::Capacity(OnePipeOf(step)); });
    } else if (step.target == "unread") {
        ObserveNumber(step, [&] { return system::Unread(OnePipeOf(step)); });
    } else {
        throw Malformed("one process can't observe '" + step.target + "'");
    }
}

void Row::ObserveEnds(const Step& step) {
    const system::Pipes& pipes = names_[step.Text("of")].pipes;
    if (pipes.empty()) {
        throw Malformed("no pipe is known of '" + step.Text("of") + "'");
    }
    auto wanted = step.options.at("are").get<std::vector<std::string>>();
    std::sort(wanted.begin(), wanted.end());
    std::vector<system::End> found;
    const auto asWanted = [&] {
        found = system::PipeEnds();
        std::erase_if(found, [&](const system::End& end) { return !pipes.contains(end.pipe); });
        return AreSame(wanted, WithoutItsOwn(wanted, found));
    };
    const bool fits = system::Comes(asWanted, settle_);
    const std::string held = "the process holds " + Listed(KindsOf(found));
    if (!fits) {
        throw Ended(Verdict::Fail, "the process holds " + Listed(wanted), held);
    }
    session_.note(held);
}

void Row::ObserveBlocked(const Step& step) {
    Running& running = running_.at(step.Text("on"));
    ProveBlocked(running);
    if (step.Has("for")) {
        running.answer.wait_for(std::chrono::duration<double>(step.options.at("for").get<double>()));
        ProveBlocked(running);
    }
}

void Row::ObservePending(const Step& step) {
    if (!system::Comes(system::AtRest, patience_)) {
        throw Ended(Verdict::Hang, "an end within the deadline", "the process does not come to rest");
    }
    const std::string name = step.Text("of");
    const Outcome outcome = Ask("get", {{"object", name}, {"member", "IsCompleted"}});
    const auto* returned = std::get_if<Returned>(&outcome);
    if (returned == nullptr || returned->value != false) {
        throw Ended(Verdict::Fail, "the operation is pending", SayActual(outcome));
    }
    session_.note("'" + name + "' is pending, the process at rest");
}

void Row::ObserveDescriptor(const Step& step) {
    const int number = AsDescriptor(names_.Value("number", step.options.at("number")));
    const auto known = descriptors_.find(number);
    const std::optional<std::string> first = known == descriptors_.end() ? std::nullopt : known->second;
    const std::string wanted = step.Text("is");
    std::optional<std::string> found;
    const auto asWanted = [&] {
        found = system::DescriptorTarget(number);
        return wanted == "open" ? found && found == first : !found || found != first;
    };
    const std::string descriptor = "descriptor " + std::to_string(number);
    if (!system::Comes(asWanted, settle_)) {
        throw Ended(Verdict::Fail, descriptor + " is " + wanted + " on " + first.value_or("None"),
                    found ? "it is open on " + *found : "it is closed");
    }
    session_.note(descriptor + ": " + found.value_or("closed"));
}

void Row::ObserveSignals(const Step& /*step*/) {
    std::string before;
    std::string after;
    const auto now = system::Signals();
    for (const auto& [name, value] : signals_) {
        if (now.at(name) != value) {
            before += (before.empty() ? "" : ", ") + name + " " + value;
            after += (after.empty() ? "" : ", ") + name + " " + now.at(name);
        }
    }
    if (!before.empty()) {
        throw Ended(Verdict::Fail, before, after);
    }
}

void Row::ObserveNumber(const Step& step, const std::function<std::int64_t()>& look) {
    const Json number = look();
    session_.note(step.target + ": " + number.dump());
    if (step.Has("as")) {
        names_.Keep(step.Text("as"), {false, number, {}});
    }
    const Json wanted =
        names_.Resolved(step.expectation.value("returns", step.options.value("returns", number)));
    if (!Matches(wanted, number)) {
        throw Ended(Verdict::Fail, step.target + " " + Short(wanted), step.target + " " + number.dump());
    }
}

system::Pipe Row::OnePipeOf(const Step& step) const {
    const system::Pipes& pipes = names_[step.Text("of")].pipes;
    if (pipes.empty()) {
        throw Malformed("no pipe is known of '" + step.Text("of") + "'");
    }
    return *pipes.begin();
}

void Row::ProveBlocked(Running& running) {
    const auto calls =
        static_cast<std::size_t>(std::count_if(running_.begin(), running_.end(), [&](const auto& other) {
            const system::Pipes& pipes = other.second.pipes;
            return std::any_of(pipes.begin(), pipes.end(),
                               [&](system::Pipe pipe) { return running.pipes.contains(pipe); });
        }));
    std::optional<system::Proof> proof;
    const auto endedOrBlocked = [&] {
        if (IsReady(running.answer)) {
            return true;
        }
        proof = ProofOf(running, calls);
        return proof.has_value();
    };
    if (!system::Comes(endedOrBlocked, patience_)) {
        throw Ended(Verdict::Hang, "the call waits on the pipe",
                    "nothing came: the call neither ends nor is seen to wait on the pipe");
    }
    if (IsReady(running.answer)) {  // also while the proof was looked for
        const Outcome outcome = OutcomeOf(Json(running.answer.get()));
        RequireNoRefusal(outcome);
        throw Ended(Verdict::Fail, "the call waits on the pipe", SayActual(outcome));
    }
    running.thread = proof->thread;
    session_.note("blocked, " + proof->strength + " proof: " + proof->detail);
}

std::optional<system::Proof> Row::ProofOf(const Running& running, std::size_t calls) const {
    if (!running.pipes.empty()) {
        if (auto proof = system::Blocked(running.pipes, calls)) {
            return proof;
        }
    }
    if (!system::AtRest()) {
        return std::nullopt;
    }
    const bool otherWay = std::any_of(running.pipes.begin(), running.pipes.end(), [&](system::Pipe pipe) {
        return (system::Unread(pipe) > 0) != Writes(*running.step);
    });
    return otherWay ? std::nullopt
                    : std::optional<system::Proof>(
                          {"weak", "every other thread sleeps and the call is unanswered", std::nullopt});
}

}  // namespace pipects::inprocess
