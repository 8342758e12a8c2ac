#include <pipects/inprocess/Tests.hpp>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace pipects::inprocess {

namespace {

std::string TakeText(Json& json, const char* key) {
    return std::move(json.at(key).get_ref<std::string&>());
}

Step StepOf(Json& json) {
    return {TakeText(json, "verb"),        TakeText(json, "target"),          TakeText(json, "thread"),
            std::move(json.at("options")), std::move(json.at("expectation")), TakeText(json, "text"),
            TakeText(json, "requirement")};
}

Requirement RequirementOf(const std::string& id, const Json& requirements) {
    const Json& requirement = requirements.at(id);
    return {id, requirement.at("text"), requirement.at("level")};
}

Test TestOf(Json& json, const Json& requirements) {
    Test test{TakeText(json, "id"),
              TakeText(json, "title"),
              TakeText(json, "file"),
              json.at("line"),
              std::move(json.at("row")),
              {},
              json.at("needs"),
              TakeText(json, "platforms"),
              json.at("deadline"),
              false,
              json.at("not_in_process").is_null() ? std::string() : TakeText(json, "not_in_process"),
              {}};
    for (const Json& tag : json.at("tags")) {
        test.stress = test.stress || tag == "stress";
    }
    for (const Json& id : json.at("covers")) {
        test.covers.push_back(RequirementOf(id, requirements));
    }
    const auto blame = [&](const char* key) { return RequirementOf(json.at("blame").at(key), requirements); };
    test.blame = {blame("leak"), blame("left_behind"), blame("no_reader")};
    test.names = json.at("names");
    return test;
}

/// A line of the file that is a row. The file has a row a line, and its steps last.
class Line {
  public:
    explicit Line(const std::string& line) : line_(line) {}

    [[nodiscard]] bool IsRow() const { return line_.starts_with(start); }
    [[nodiscard]] bool IsBelow(const std::string& path) const {
        const std::string_view id = line_.substr(start.size(), line_.find('"', start.size()) - start.size());
        const std::string own = Joined(Test::PathOf(std::string(id)), '/');
        return path.empty() || own == path || own.starts_with(path + "/");
    }
    [[nodiscard]] Test Read(const Json& requirements) const {
        const auto at = line_.find(steps);
        if (at == std::string_view::npos) {
            throw std::runtime_error("a row without steps");
        }
        Json head = Json::parse(std::string(line_.substr(0, at)) + "}");
        Test test = TestOf(head, requirements);
        const auto from = at + steps.size();
        test.unread = line_.substr(from, line_.rfind('}') - from);
        return test;
    }

  private:
    static constexpr std::string_view start = "{\"id\": \"";
    static constexpr std::string_view steps = ", \"steps\": ";  // no text within has such quotes

    const std::string_view line_;
};

}  // namespace

const Json& Step::Arguments() const {
    static const Json none = Json::object();
    const auto found = options.find("with");
    return found == options.end() || found->is_null() ? none : *found;
}

Test Test::WithSteps() const {
    Test whole = *this;
    if (!unread.empty()) {
        try {
            Json content = Json::parse(unread);
            whole.steps.reserve(content.size());
            std::transform(content.begin(), content.end(), std::back_inserter(whole.steps), StepOf);
        } catch (const Json::exception& exception) {
            throw std::runtime_error(id + ": " + exception.what());
        }
        whole.unread.clear();
    }
    return whole;
}

Requirement Test::BrokenAt(std::optional<std::size_t> step) const {
    if (step && *step < steps.size()) {
        const auto found = std::find_if(covers.begin(), covers.end(), [&](const Requirement& each) {
            return each.id == steps[*step].requirement;
        });
        if (found != covers.end()) {
            return *found;
        }
    }
    return covers.empty() ? Requirement{} : covers.front();
}

std::vector<std::string> Test::PathOf(const std::string& id) {
    const auto slash = id.find('/');
    std::vector<std::string> path(1);
    for (const char character : id.substr(0, slash)) {
        if (character == '.') {
            path.emplace_back();
        } else {
            path.back() += character;
        }
    }
    if (slash != std::string::npos) {
        path.push_back(id.substr(slash + 1));
        std::replace(path.back().begin(), path.back().end(), ',', '_');  // no slug has one of its own
    }
    return path;
}

std::string Joined(const std::vector<std::string>& parts, char between) {
    std::string text;
    for (const std::string& part : parts) {
        text += (text.empty() ? "" : std::string(1, between)) + part;
    }
    return text;
}

std::vector<Test> LoadTests(const std::string& file, const std::string& below) {
    std::ifstream stream(file);
    if (!stream) {
        throw std::runtime_error(file + ": the expanded cases cannot be read");
    }
    try {
        std::vector<std::string> rows;
        std::string rest;
        for (std::string line; std::getline(stream, line);) {
            if (!Line(line).IsRow()) {
                rest += line + '\n';
            } else if (Line(line).IsBelow(below)) {
                rows.push_back(std::move(line));
            }
        }
        const Json content = Json::parse(rest);
        if (content.at("schema") != "pipects-tests/1") {
            throw std::runtime_error(file + ": these are no expanded cases of version 1");
        }
        std::vector<Test> tests;
        for (const std::string& row : rows) {
            tests.push_back(Line(row).Read(content.at("requirements")));
        }
        return tests;
    } catch (const Json::exception& exception) {
        throw std::runtime_error(file + ": " + exception.what());
    }
}

}  // namespace pipects::inprocess
