#include "Missing.hpp"

#include "Registration.hpp"

#include <pipects/adapter/Fault.hpp>

#include <algorithm>
#include <map>

namespace pipects::inprocess {

namespace {

/// A member as a row uses it.
struct Use {
    std::string type;
    std::string member;
    Json overload;  // null for a property

    [[nodiscard]] std::string Text() const {
        if (overload.is_null()) {
            return type + "." + member;
        }
        std::string names;
        for (const Json& name : overload) {
            names += (names.empty() ? "" : ", ") + name.get<std::string>();
        }
        return type + (member == ".ctor" ? "" : "." + member) + "(" + names + ")";
    }
};

bool IsStream(const std::string& type) {
    return type == "AnonymousPipeServerStream" || type == "AnonymousPipeClientStream";
}

std::vector<Use> UsesOf(const Test& listed) {
    const Test test = listed.WithSteps();
    std::map<std::string, std::string> types;
    std::vector<Use> uses;
    for (const Step& step : test.steps) {
        const auto dot = step.target.find('.');
        Json names = Json::array();
        for (const auto& [name, value] : step.Arguments().items()) {
            names.push_back(name);
        }
        if (step.verb == "new" && IsStream(step.target)) {
            types[step.Text("as")] = step.target;
            uses.push_back({step.target, ".ctor", names});
        } else if (dot != std::string::npos && types.contains(step.target.substr(0, dot))) {
            const std::string type = types[step.target.substr(0, dot)];
            const std::string member = step.target.substr(dot + 1);
            if (step.verb == "call") {
                uses.push_back({type, member, names});
            } else if (step.verb == "get" && !step.Has("by-string")) {
                uses.push_back({type, member, nullptr});
            }
        }
    }
    return uses;
}

bool Has(const Use& use, Port& port) {
    Json params{{"type", use.type}, {"member", use.member}};
    if (!use.overload.is_null()) {
        params["overload"] = use.overload;
    }
    const Message answer =
        port.Handle({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "describe"}, {"params", Message(params)}});
    return !answer.contains("error") ||
           answer["error"]["code"] != static_cast<int>(adapter::FaultCode::NotImplemented);
}

}  // namespace

std::set<std::string> MissingMembers(const std::vector<Test>& tests, Port& port) {
    std::map<std::string, bool> asked;
    std::set<std::string> missing;
    for (const Test& test : tests) {
        if (!WhyNot(test, port).empty()) {
            continue;
        }
        for (const Use& use : UsesOf(test)) {
            const std::string text = use.Text();
            const auto known = asked.find(text);
            if (known == asked.end() && !(asked[text] = Has(use, port))) {
                missing.insert(text);
            }
        }
    }
    return missing;
}

std::string LackingMember(const Test& test, const std::set<std::string>& lacks) {
    const auto found = std::find_if(test.names.begin(), test.names.end(),
                                    [&](const std::string& name) { return lacks.contains(name); });
    return found == test.names.end() ? "" : *found;
}

}  // namespace pipects::inprocess
