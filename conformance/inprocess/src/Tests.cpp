#include <pipects/inprocess/Tests.hpp>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace pipects::inprocess {

namespace {

// Everything is moved out of what was parsed: every CTest test reads the whole file.

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
    Json& steps = json.at("steps");
    test.steps.reserve(steps.size());
    std::transform(steps.begin(), steps.end(), std::back_inserter(test.steps), StepOf);
    return test;
}

/// The file without the rows that are not below a path. It has a row a line, so that this is quick.
std::string Excerpt(std::istream& stream, const std::string& below) {
    constexpr std::string_view start = "{\"id\": \"";
    std::string text;
    std::string comma;
    for (std::string line; std::getline(stream, line);) {
        if (!line.starts_with(start)) {
            text += line + '\n';
            continue;
        }
        const std::string id = line.substr(start.size(), line.find('"', start.size()) - start.size());
        const std::string path = Joined(Test::PathOf(id), '/');
        if (path == below || path.starts_with(below + "/")) {
            text += comma + line.substr(0, line.rfind('}') + 1) + '\n';
            comma = ",";
        }
    }
    return text;
}

}  // namespace

const Json& Step::Arguments() const {
    static const Json none = Json::object();
    const auto found = options.find("with");
    return found == options.end() || found->is_null() ? none : *found;
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
        Json content = below.empty() ? Json::parse(stream) : Json::parse(Excerpt(stream, below));
        if (content.at("schema") != "pipects-tests/1") {
            throw std::runtime_error(file + ": these are no expanded cases of version 1");
        }
        std::vector<Test> tests;
        tests.reserve(content.at("tests").size());
        for (Json& test : content.at("tests")) {
            tests.push_back(TestOf(test, content.at("requirements")));
        }
        return tests;
    } catch (const Json::exception& exception) {
        throw std::runtime_error(file + ": " + exception.what());
    }
}

}  // namespace pipects::inprocess
