#include "Draft.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace pipects::inprocess {

namespace {

constexpr const char* head =
    "# A draft. An entry counts once its reason and its link are filled in; until then the file is not\n"
    "# valid, so that nobody lists a failure without knowing why.\n";

/// What of a failure's text tells this way to fail from another, as `pipects deviations` has it.
std::string PatternOf(const std::string& actual) {
    static const std::regex request(" to request \\d+.*");
    static const std::regex thrown("^threw \\w+( naming \\w+)?");
    static const std::regex special(R"([.^$|()\[\]{}*+?\\])");
    constexpr std::size_t longest = 60;
    const std::string cut = std::regex_replace(actual, request, "");
    std::smatch match;
    const std::string telling =
        std::regex_search(cut, match, thrown) ? match[0].str() : cut.substr(0, longest);
    return "^" + std::regex_replace(telling, special, R"(\$&)");
}

struct Entry {
    std::set<std::string> tests;
    std::string happens;
};
using Way = std::tuple<std::string, std::string, std::string>;  // requirement, verdict, pattern

std::map<Way, Entry> Grouped(const std::string& notes) {
    std::map<Way, Entry> entries;
    std::ifstream lines(notes);
    for (std::string line; std::getline(lines, line);) {
        const Json note = Json::parse(line);
        std::string requirement = note.at("requirement");
        std::string verdict = "crash";
        std::string actual;
        std::string expected = "the process goes on";
        if (note.contains("signal")) {
            const std::string signal = note.at("signal");
            actual = "the process 'parent' ended with signal " + signal;
            requirement = signal == "SIGPIPE" ? note.at("no_reader").get<std::string>() : requirement;
        } else {
            verdict = note.at("verdict");
            actual = note.at("actual");
            expected = note.at("expected");
        }
        Entry& entry = entries[{requirement, verdict, PatternOf(actual)}];
        entry.tests.insert(note.at("test").get<std::string>());
        if (entry.happens.empty()) {
            entry.happens = actual + " (expected: " + expected + ")";
        }
    }
    return entries;
}

std::string Yaml(const std::map<Way, Entry>& entries) {
    YAML::Emitter out;
    out << YAML::BeginSeq;
    for (const auto& [way, entry] : entries) {
        const auto& [requirement, verdict, pattern] = way;
        out << YAML::BeginMap << YAML::Key << "requirement" << YAML::Value << requirement << YAML::Key
            << "tests" << YAML::Value << YAML::BeginSeq;
        for (const std::string& test : entry.tests) {
            out << test;
        }
        out << YAML::EndSeq;
        const std::pair<const char*, std::string> rest[] = {
            {"verdict", verdict},       {"matches", pattern}, {"happens", entry.happens},
            {"kind", "implementation"}, {"reason", ""},       {"link", ""}};
        for (const auto& [key, value] : rest) {
            out << YAML::Key << key << YAML::Value << value;
        }
        out << YAML::EndMap;
    }
    out << YAML::EndSeq;
    return out.c_str();
}

}  // namespace

Draft::Draft(std::string file) : file_(std::move(file)), notes_(file_ + ".notes") {}

void Draft::Begin() const {
    if (IsWanted() && !std::ofstream(notes_, std::ios::trunc)) {
        throw std::runtime_error(notes_ + ": cannot be written");
    }
}

void Draft::Note(const Test& test, const Result& result) const {
    const std::string verdict = WordOf(result.verdict);
    if (!IsWanted() || verdict.empty()) {
        return;
    }
    std::ofstream(notes_, std::ios::app) << Json{{"test", test.id},
                                                 {"requirement", result.requirement.id},
                                                 {"verdict", verdict},
                                                 {"actual", result.actual},
                                                 {"expected", result.expected}}
                                                .dump(-1, ' ', false, Json::error_handler_t::replace)
                                         << std::endl;
}

std::string Draft::CrashOf(const Test& test, const Requirement& broken) const {
    if (!IsWanted()) {
        return "";
    }
    const std::string note =
        Json{{"test", test.id}, {"requirement", broken.id}, {"no_reader", test.blame.noReader.id}}.dump();
    return note.substr(0, note.size() - 1) + R"(, "signal": ")";
}

void Draft::NoteCrash(const std::string& made, const char* signal) const {
    if (!IsWanted()) {
        return;
    }
    const int notes = ::open(notes_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    for (const char* text : {made.c_str(), signal, "\"}\n"}) {
        if (::write(notes, text, std::strlen(text)) < 0) {
            break;  // the crash itself is told all the same
        }
    }
    ::close(notes);
}

void Draft::Write(const std::string& implementation) const {
    if (!IsWanted()) {
        return;
    }
    const auto entries = Grouped(notes_);
    static_cast<void>(std::remove(notes_.c_str()));
    if (entries.empty()) {
        std::printf("%s: nothing fails that is not known\n", implementation.c_str());
        return;
    }
    std::ofstream out(file_, std::ios::trunc);
    out << head << Yaml(entries) << '\n';
    out.close();
    if (!out) {
        throw std::runtime_error(file_ + ": cannot be written");
    }
    std::printf("%zu %s to fail that %s not known: %s\n", entries.size(),
                entries.size() == 1 ? "way" : "ways", entries.size() == 1 ? "is" : "are", file_.c_str());
}

std::string Draft::WordOf(Verdict verdict) {
    return verdict == Verdict::Fail ? "fail" : verdict == Verdict::Hang ? "hang" : "";
}

}  // namespace pipects::inprocess
