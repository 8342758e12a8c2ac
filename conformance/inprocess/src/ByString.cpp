#include <pipects/inprocess/ByString.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace pipects::inprocess {

namespace {

std::string OwnerOf(const Step& step) {
    return step.target.substr(0, step.target.find('.'));
}

bool IsGetter(const Step& step) {
    return step.verb == "get" && step.target.ends_with(".ClientSafePipeHandle") && step.Has("as");
}

/// The name of the handle that a step makes its client from, or nothing.
std::string HandleOf(const Step& step) {
    if (step.verb != "new" || step.target != "AnonymousPipeClientStream" ||
        step.expectation.contains("throws")) {
        return "";
    }
    const std::string handle = step.Arguments().value("safePipeHandle", Json("")).is_string()
                                   ? step.Arguments().value("safePipeHandle", "")
                                   : "";
    return handle.starts_with("$") ? handle.substr(1) : "";
}

bool Mentions(const Step& step, const std::string& name) {
    const std::string text = step.options.dump() + step.expectation.dump();
    return OwnerOf(step) == name || text.find('$' + name + '"') != std::string::npos ||
           text.find("${" + name + "}") != std::string::npos;
}

/// Whether a step wants a handle object for its own sake.
bool IsAboutHandles(const Step& step) {
    return step.target.find("SafePipeHandle") != std::string::npos ||
           step.options.dump().find("afePipeHandle") != std::string::npos ||
           (step.verb == "observe" && step.target == "descriptor");
}

/// The steps that make a client, by the steps that fetch its handle; nothing if any handle is used otherwise.
std::map<Step*, Step*> PairsOf(std::vector<Step>& steps) {
    std::map<Step*, Step*> pairs;
    std::set<const Step*> paired;
    for (Step& getter : steps) {
        if (!IsGetter(getter)) {
            continue;
        }
        std::vector<Step*> users;
        for (Step& step : steps) {
            if (&step != &getter && Mentions(step, getter.Text("as"))) {
                users.push_back(&step);
            }
        }
        if (users.size() != 1 || HandleOf(*users.front()) != getter.Text("as")) {
            return {};
        }
        const bool touchesCopy = std::any_of(steps.begin(), steps.end(), [&](const Step& step) {
            return step.target == OwnerOf(getter) + ".DisposeLocalCopyOfClientHandle" ||
                   step.target == OwnerOf(getter) + ".GetClientHandleAsString" ||
                   (step.verb == "forget" && step.target == OwnerOf(getter));
        });
        if (touchesCopy || !pairs.emplace(&getter, users.front()).second) {
            return {};
        }
        paired.insert({&getter, users.front()});
    }
    const bool otherwise = std::any_of(steps.begin(), steps.end(), [&](const Step& step) {
        return !paired.contains(&step) && IsAboutHandles(step);
    });
    return otherwise ? std::map<Step*, Step*>() : pairs;
}

}  // namespace

bool MadeByString(Test& test) {
    Test whole = test.WithSteps();
    const auto pairs = PairsOf(whole.steps);
    if (pairs.empty()) {
        return false;
    }
    for (const auto& [getter, maker] : pairs) {
        getter->options["by-string"] = true;
        Json& with = maker->options["with"];
        with["pipeHandleAsString"] = with["safePipeHandle"];
        with.erase("safePipeHandle");
        maker->options["copy-of"] = OwnerOf(*getter);
    }
    std::erase(whole.needs, "safe-handle");
    test = std::move(whole);
    return true;
}

}  // namespace pipects::inprocess
