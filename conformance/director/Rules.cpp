#include "Rules.hpp"

#include <charconv>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace pipects::director {

namespace {

constexpr std::string_view any = "*";

template <typename Number>
Number NumberIn(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw std::invalid_argument("'" + std::string(text) + "' is no number");
    }
    return number;
}

std::set<ino_t> PipesIn(const std::string& text) {
    std::set<ino_t> pipes;
    if (text != any) {
        std::istringstream parts(text);
        for (std::string part; std::getline(parts, part, ',');) {
            pipes.insert(NumberIn<ino_t>(part));
        }
    }
    return pipes;
}

std::optional<End> EndIn(const std::string& text) {
    if (text == any) {
        return std::nullopt;
    }
    if (text != "read" && text != "write") {
        throw std::invalid_argument("no end is called '" + text + "'");
    }
    return text == "read" ? End::Read : End::Write;
}

}  // namespace

Action ActionOf(const std::string& word) {
    const auto colon = word.find(':');
    const std::string name = word.substr(0, colon);
    const std::string value = colon == std::string::npos ? "" : word.substr(colon + 1);
    if (name == "pass") {
        return Pass{};
    }
    if (name == "note") {
        return Note{};
    }
    if (name == "hold") {
        return Hold{std::chrono::milliseconds(NumberIn<int>(value))};
    }
    if (name == "fail") {
        return Fail{NumberIn<int>(value)};
    }
    if (name == "short") {
        return Shorten{NumberIn<std::size_t>(value)};
    }
    throw std::invalid_argument("nothing is called '" + name + "'");
}

Rule RuleOf(const std::vector<std::string>& words) {
    constexpr std::size_t leading = 7;
    if (words.size() <= leading) {
        throw std::invalid_argument("a rule is ID CALL PROCESS PIPES END SKIP once|always ACTION...");
    }
    Rule rule;
    rule.id = words[0];
    if (words[1] != any) {
        rule.family = FamilyOf(words[1]);
        if (!rule.family && IsForm(words[1])) {
            rule.form = words[1];
        } else if (!rule.family) {
            throw std::invalid_argument("no call is called '" + words[1] + "'");
        }
    }
    rule.process = words[2] == any ? 0 : NumberIn<pid_t>(words[2]);
    rule.pipes = PipesIn(words[3]);
    rule.end = EndIn(words[4]);
    rule.skip = NumberIn<std::size_t>(words[5]);
    rule.always = words[6] == "always";
    for (std::size_t place = leading; place < words.size(); ++place) {
        rule.plan.push_back(ActionOf(words[place]));
    }
    return rule;
}

}  // namespace pipects::director
