#include <pipects/adapter/Fault.hpp>
#include <pipects/inprocess/Row.hpp>
#include <pipects/inprocess/Words.hpp>

#include <algorithm>

namespace pipects::inprocess {

namespace {

constexpr double settleSeconds = 1.0;  // that a state which follows from a call may take to show

struct Member {
    std::string owner;
    std::string name;
};
Member MemberOf(const Step& step) {
    const auto dot = step.target.find('.');
    return {step.target.substr(0, dot), dot == std::string::npos ? "" : step.target.substr(dot + 1)};
}

std::vector<std::string> Words(const std::string& text) {
    std::vector<std::string> words(1);
    for (const char character : text) {
        if (character == ' ') {
            words.emplace_back();
        } else {
            words.back() += character;
        }
    }
    return words;
}

}  // namespace

std::string NameOf(Verdict verdict) {
    switch (verdict) {
        case Verdict::Pass:
            return "PASS";
        case Verdict::Fail:
            return "FAIL";
        case Verdict::Hang:
            return "HANG";
        case Verdict::AdapterError:
            return "ADAPTER ERROR";
        case Verdict::NotApplicable:
            return "not applicable";
        case Verdict::NotObservable:
            return "not observable";
    }
    return "";
}

Row::Row(const Test& test, Session& session)
    : test_(test),
      session_(session),
      patience_(session.patience.Scaled(test.deadline)),
      settle_(session.patience.Scaled(settleSeconds)) {}

Result Row::Run() {
    Result result = Guarded();
    CleanUp(result);
    return result;
}

Result Row::Guarded() {
    try {
        handles_ = system::HandleCount();
        signals_ = system::Signals();
        for (index_ = 0; index_ < test_.steps.size(); ++index_) {
            const Step& step = test_.steps[index_];
            session_.begin(index_);
            Do(step);
        }
        if (told_ == 0U) {
            return {.verdict = Verdict::NotApplicable, .reason = "C++ can't tell this of a declaration"};
        }
        return {};
    } catch (const Ended& ended) {
        return Failed(ended);
    } catch (const Lacking& lacking) {
        return {.verdict = Verdict::NotApplicable,
                .reason = session_.port.Name() + " has no such member: " + lacking.what()};
    } catch (const system::NotObservable& unseen) {
        return {.verdict = Verdict::NotObservable, .reason = unseen.what()};
    } catch (const std::exception& fault) {  // of the case, the adapter or this runner
        return Failed({Verdict::AdapterError, "an answer as the protocol says", fault.what()});
    }
}

Result Row::Failed(const Ended& ended) const {
    Result result{.verdict = ended.verdict, .expected = ended.expected, .actual = ended.actual};
    if (!afterLast_) {
        result.step = index_;
    }
    result.requirement = ended.broken.value_or(test_.BrokenAt(result.step));
    std::string held;
    for (const system::End& end : system::PipeEnds()) {
        if (born_.contains(end.pipe)) {
            held += (held.empty() ? "" : ", ") + end.Kind() + " end (descriptor " +
                    std::to_string(end.descriptor) + ")";
        }
    }
    result.observed.push_back("the process holds " + (held.empty() ? "no end of the case's pipes" : held));
    if (ended.verdict == Verdict::Hang) {
        result.threads = system::Situation();
        if (system::Standstill standstill; standstill.Lasts(0)) {
            result.threads.insert(
                result.threads.begin(),
                "a deadlock: every thread waits for what could come from this process only");
        }
    }
    return result;
}

void Row::Do(const Step& step) {
    static const std::map<std::string, void (Row::*)(const Step&)> verbs{
        {"new", &Row::New},         {"call", &Row::Call},         {"get", &Row::Get},
        {"set", &Row::Set},         {"transfer", &Row::Transfer}, {"describe", &Row::Describe},
        {"forget", &Row::Forget},   {"finish", &Row::Finish},     {"signal", &Row::Signal},
        {"observe", &Row::Observe},
    };
    const auto verb = verbs.find(step.verb);
    if (verb == verbs.end()) {
        throw Malformed("one process can't do the step '" + step.verb + "'");
    }
    (this->*verb->second)(step);
}

void Row::New(const Step& step) {
    system::Pipes before;
    for (const system::End& end : system::PipeEnds()) {
        before.insert(end.pipe);
    }
    system::Pipes made;
    const auto look = [&] {
        for (const system::End& end : system::PipeEnds()) {
            if (!before.contains(end.pipe)) {
                made.insert(end.pipe);
            }
        }
        born_.insert(made.begin(), made.end());
    };
    try {
        Invoke(step, "create", {{"type", step.target}});
    } catch (...) {
        look();
        throw;
    }
    look();
    names_.AddPipes(step.Text("as"), made);
    if (step.Has("copy-of")) {
        CloseServersCopy(step);
    }
}

void Row::Call(const Step& step) {
    const auto [owner, member] = MemberOf(step);
    const bool isType = owner.front() >= 'A' && owner.front() <= 'Z';
    Invoke(step, "call", {{isType ? "type" : "object", owner}, {"member", member}});
}

void Row::Get(const Step& step) {
    if (step.Has("by-string")) {
        HandOver(step);
        return;
    }
    const auto [owner, member] = MemberOf(step);
    Invoke(step, "get", {{"object", owner}, {"member", member}});
}

void Row::Set(const Step& step) {
    const auto [owner, member] = MemberOf(step);
    Invoke(step, "set",
           {{"object", owner}, {"member", member}, {"value", names_.Value("value", step.options.at("to"))}});
}

void Row::Transfer(const Step& step) {
    const auto [owner, member] = MemberOf(step);
    const Json& with = step.Arguments();
    const bool span = with.value("overload", "array") == "span";
    Json parameters{{"object", owner},
                    {"member", member},
                    {"overload", span ? Json{"buffer"} : Json{"buffer", "offset", "count"}}};
    for (const auto& [name, value] : with.items()) {
        if (name != "overload") {
            parameters[name] = names_.Value(name, value);
        }
    }
    Invoke(step, "transfer", parameters);
}

void Row::Describe(const Step& step) {
    const auto [type, member] = MemberOf(step);
    Json parameters{{"type", type}};
    if (!member.empty()) {
        parameters["member"] = member;
    }
    const Json wanted = step.expectation.value("returns", Json::object());
    const Outcome outcome = OutcomeOf(Json(Handle("describe", parameters)));
    if (const auto* refused = std::get_if<Refused>(&outcome);
        refused != nullptr && refused->code == static_cast<int>(adapter::FaultCode::NoSuchMethod)) {
        throw Lacking("'describe' is left out");
    }
    if (std::holds_alternative<Refused>(outcome) && wanted.value("access", "public") != "public") {
        told_ = told_.value_or(0);  // a language may not see what is not public
        return;
    }
    const auto* returned = std::get_if<Returned>(&outcome);
    if (returned == nullptr || !returned->value.is_object()) {
        Judge(step, outcome, step.expectation, "");
        return;
    }
    Json comparable = Json::object();
    for (const auto& [key, value] : wanted.items()) {
        if (returned->value.contains(key)) {
            comparable[key] = value;
        }
    }
    told_ = told_.value_or(0) + comparable.size();
    Judge(step, outcome, {{"returns", comparable}}, "");
}

void Row::Forget(const Step& step) {
    const Message answer = Handle("forget", {{"objects", Words(step.target)}, {"dispose", false}});
    if (answer.contains("error")) {
        throw Malformed("the adapter refused: " + answer["error"].dump());
    }
}

void Row::Finish(const Step& step) {
    const auto found = running_.find(step.target);
    if (found == running_.end()) {
        throw Malformed("no call was left running on '" + step.target + "'");
    }
    const Outcome outcome = OutcomeOf(Json(Await(found->second.answer)));
    const Step& begun = *found->second.step;
    Keep(begun, outcome);
    running_.erase(found);
    Judge(begun, outcome, step.expectation, step.Text("choice"));
}

void Row::Signal(const Step& step) {
    const Running& running = running_.at(step.target);
    for (int left = step.options.value("times", 1); left > 0; --left) {
        system::Interrupt(running.thread);
    }
}

/// Disposes what the row left. What it finds wrong counts only where the row held so far.
void Row::CleanUp(Result& result) {
    afterLast_ = result.verdict == Verdict::Pass;
    try {
        const Message answer = Handle("forget", {{"dispose", true}});
        if (answer.contains("error")) {
            throw Malformed("the adapter refused: " + answer["error"].dump());
        }
        CollectRunning();
        CheckNothingLeft();
    } catch (const Ended& ended) {
        if (afterLast_) {
            result = Failed(ended);
        }
    } catch (const std::exception& fault) {
        if (afterLast_) {
            result = Failed({Verdict::AdapterError, "an answer as the protocol says", fault.what()});
        }
    }
}

/// After a failure calls may still run: the next row needs their threads, and disposing should have ended
/// them.
void Row::CollectRunning() {
    if (running_.empty()) {
        return;
    }
    Arm();
    for (auto& [thread, running] : running_) {
        if (running.answer.valid()) {
            running.answer.wait();
        }
    }
    session_.watchdog.Disarm();
    running_.clear();
    static_cast<void>(Handle("forget", {{"dispose", true}}));
}

void Row::CheckNothingLeft() {
    std::string left;
    bool isEnd = false;
    const auto nothingLeft = [&] {
        left.clear();
        for (const system::End& end : system::PipeEnds()) {
            if (born_.contains(end.pipe)) {
                left += (left.empty() ? "" : ", ") + end.Kind() + " end (descriptor " +
                        std::to_string(end.descriptor) + ")";
            }
        }
        isEnd = !left.empty();
        const std::size_t held = system::HandleCount();
        if (session_.strictHandles && held > handles_ && !isEnd) {
            left = std::to_string(held - handles_) + " descriptors more than before the case";
        }
        return left.empty();
    };
    if (!system::Comes(nothingLeft, settle_)) {
        throw Ended(Verdict::Fail, "no handle stays open behind the case", "left open: " + left,
                    isEnd ? test_.blame.leak : test_.blame.leftBehind);
    }
}

}  // namespace pipects::inprocess
