#include <pipects/adapter/Fault.hpp>
#include <pipects/inprocess/Row.hpp>
#include <pipects/inprocess/Words.hpp>

#include <array>
#include <chrono>
#include <cstdio>

namespace pipects::inprocess {

namespace {

/// `%g`, as the harness shows its patience.
std::string Seconds(double seconds) {
    std::array<char, 32> text{};
    static_cast<void>(std::snprintf(text.data(), text.size(), "%g", seconds));
    return text.data();
}

}  // namespace

/// Sends a step's request, and judges its outcome unless it is left running.
void Row::Invoke(const Step& step, const std::string& method, Json parameters) {
    Json arguments = Json::object();
    for (const auto& [name, value] : step.Arguments().items()) {
        arguments[name] = names_.Value(name, value);
        if (arguments[name].is_object() && arguments[name].contains("callback")) {
            names_.Keep(arguments[name]["callback"], {true, nullptr, names_.PipesOf(step)});
        }
    }
    parameters["thread"] = step.thread;
    if (method == "create" || method == "call") {
        parameters["arguments"] = arguments;
    }
    if (step.Has("as")) {
        parameters["as"] = step.Text("as");
    }
    if (step.Has("until")) {
        LeaveRunning(step, method, parameters);
        return;
    }
    const bool waits = step.options.value("wait", false);
    if (waits) {
        parameters["as"] = "task_of_step_" + std::to_string(index_);
    }
    Outcome outcome = Ask(method, parameters);
    const auto* const begun = std::get_if<Returned>(&outcome);
    if (waits && begun != nullptr && begun->value.contains("object")) {
        outcome = Ask("call", {{"object", parameters["as"]}, {"member", "Wait"}, {"thread", step.thread}});
    }
    Keep(step, outcome);
    Judge(step, outcome, step.expectation, step.Text("choice"));
}

void Row::LeaveRunning(const Step& step, const std::string& method, const Json& parameters) {
    if (step.thread == "main") {
        throw Malformed("in one process nothing can be left running on the main thread");
    }
    Running& running = running_[step.thread];
    running.step = &step;
    running.pipes = names_.PipesOf(step);
    running.answer = session_.port.Begin(RequestOf(method, parameters));
    if (step.Text("until") == "blocked") {
        ProveBlocked(running);
    }
}

Outcome Row::Ask(const std::string& method, const Json& parameters) {
    Outcome outcome = OutcomeOf(Json(Handle(method, parameters)));
    RequireNoRefusal(outcome);
    return outcome;
}

void Row::RequireNoRefusal(const Outcome& outcome) {
    if (const auto* refused = std::get_if<Refused>(&outcome)) {
        if (refused->code == static_cast<int>(adapter::FaultCode::NotImplemented)) {
            throw Lacking(refused->message);
        }
        throw Malformed(SayActual(outcome));
    }
}

/// In place of a client's SafePipeHandle: a descriptor of its own, as the string that names it.
void Row::HandOver(const Step& step) {
    const std::string server = step.target.substr(0, step.target.find('.'));
    const Outcome outcome =
        Ask("call", {{"object", server}, {"member", "GetClientHandleAsString"}, {"thread", step.thread}});
    const auto* returned = std::get_if<Returned>(&outcome);
    const int descriptor = returned == nullptr ? -1 : AsDescriptor(returned->value);
    const int own = descriptor < 0 ? -1 : system::Duplicate(descriptor);
    if (own < 0) {
        throw Ended(Verdict::Fail, "the string of an open handle", SayActual(outcome));
    }
    const std::string text = std::to_string(own);
    descriptors_[own] = system::DescriptorTarget(own);
    names_.Keep(step.Text("as"), {false, text, names_.PipesOf(step)});
}

void Row::CloseServersCopy(const Step& step) {
    static_cast<void>(Ask("call", {{"object", step.Text("copy-of")},
                                   {"member", "DisposeLocalCopyOfClientHandle"},
                                   {"thread", step.thread}}));
}

/// Remembers what a step gave a name to, and which pipe it is about.
void Row::Keep(const Step& step, const Outcome& outcome) {
    const auto* returned = std::get_if<Returned>(&outcome);
    if (returned == nullptr) {
        return;
    }
    const Json& value = returned->value;
    if (const int descriptor = AsDescriptor(value); descriptor >= 0) {
        descriptors_[descriptor] = system::DescriptorTarget(descriptor);
    }
    if (step.Has("as")) {
        const bool isObject = value.is_object() && value.contains("object");
        names_.Keep(step.Text("as"), {isObject, value, names_.PipesOf(step)});
    }
}

void Row::Judge(const Step& step, const Outcome& outcome, const Json& expectation,
                const std::string& choice) {
    RequireNoRefusal(outcome);
    Json resolved = names_.Resolved(expectation);
    const Json& arguments = step.Arguments();
    if (!choice.empty()) {
        resolved = Choose(choice, resolved, outcome, arguments);
    }
    if (!Holds(resolved, outcome, arguments)) {
        throw Ended(Verdict::Fail, SayExpected(resolved), SayActual(outcome));
    }
}

/// The outcomes that go with those of the steps before; notes which are possible now.
Json Row::Choose(const std::string& choice, const Json& expectation, const Outcome& outcome,
                 const Json& arguments) {
    const Json& outcomes = expectation.at("any");
    auto& possible = choices_[choice];
    if (possible.empty()) {
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            possible.insert(i);
        }
    }
    Json allowed = Json::array();
    std::set<std::size_t> left;
    for (const std::size_t i : possible) {
        allowed.push_back(outcomes[i]);
        if (Holds(outcomes[i], outcome, arguments)) {
            left.insert(i);
        }
    }
    possible = left;  // if none is left the row fails right here
    return {{"any", allowed}};
}

Message Row::RequestOf(const std::string& method, const Json& parameters) {
    return {{"jsonrpc", "2.0"}, {"id", ++requests_}, {"method", method}, {"params", Message(parameters)}};
}

/// The answer to a request. On the main thread only the watchdog gets out of a call that never ends.
Message Row::Handle(const std::string& method, const Json& parameters) {
    const Message request = RequestOf(method, parameters);
    if (parameters.value("thread", "main") != "main") {
        auto answer = session_.port.Begin(request);
        try {
            return Await(answer);
        } catch (const Ended&) {
            static const Step unnamed{};
            running_[parameters["thread"]] = {&unnamed, std::move(answer), {}, std::nullopt};
            throw;
        }
    }
    Arm();
    Message answer = session_.port.Handle(request);
    session_.watchdog.Disarm();
    return answer;
}

Message Row::Await(std::future<Message>& answer) {
    if (session_.patience.IsEndless()) {
        answer.wait();
    }
    constexpr auto betweenLooks = std::chrono::milliseconds(50);
    const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(patience_);
    system::Standstill standstill;
    while (answer.wait_for(betweenLooks) != std::future_status::ready) {
        if (std::chrono::steady_clock::now() > until || standstill.Lasts(session_.patience.Standstill())) {
            throw Ended(Verdict::Hang, "an end within " + Seconds(patience_) + " s",
                        "nothing came: no answer to request " + std::to_string(requests_));
        }
    }
    return answer.get();
}

/// What it does is done while the main thread hangs in a request: what is read there does not change
/// meanwhile.
void Row::Arm() {
    session_.watchdog.Arm(patience_, [this] {
        session_.hang(Failed({Verdict::Hang, "an end within " + Seconds(patience_) + " s",
                              "nothing came: no answer to request " + std::to_string(requests_) +
                                  ": the main thread hangs in it"}));
        return std::string();
    });
}

}  // namespace pipects::inprocess
