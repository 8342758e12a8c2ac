#include <pipects/inprocess/Deviations.hpp>

#include <fnmatch.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <regex>
#include <set>
#include <stdexcept>

namespace pipects::inprocess {

namespace {

const std::set<std::string> needed{"requirement", "tests", "verdict", "happens", "kind", "reason", "link"};
const std::set<std::string> optional{"matches", "says", "releases", "pairs", "program", "sometimes"};

/// Reads one entry; every complaint has its place.
class Reader {
  public:
    Reader(const std::string& file, const YAML::Node& entry)
        : entry_(entry), where_(file + ":" + std::to_string(entry.Mark().line + 1)) {}

    [[nodiscard]] Deviation Read() const {
        CheckKeys();
        Deviation deviation;
        deviation.where = where_;
        deviation.requirement = Text("requirement");
        deviation.verdict = Text("verdict");
        deviation.happens = Text("happens");
        deviation.reason = Text("reason");
        deviation.link = Text("link");
        deviation.sometimes = entry_["sometimes"].IsDefined();
        if (entry_["matches"]) {
            deviation.matches = Scalar("matches");
        }
        if (deviation.verdict != "fail" && deviation.verdict != "hang" && deviation.verdict != "crash") {
            Complain("verdict: '" + deviation.verdict + "' is none of fail, hang, crash");
        }
        if (!deviation.link.starts_with("https://")) {
            Complain("link: '" + deviation.link + "' does not begin with https://");
        }
        CheckExpression(deviation.matches);
        if (!entry_["tests"].IsSequence() || entry_["tests"].size() == 0) {
            Complain("tests: a list with at least one test");
        }
        for (const YAML::Node& test : entry_["tests"]) {
            if (!test.IsScalar()) {
                Complain("tests: a list of texts");
            }
            deviation.tests.push_back(test.Scalar());
        }
        return deviation;
    }

    /// Whether it shows in one process at all.
    [[nodiscard]] bool IsMixed() const { return entry_.IsMap() && entry_["pairs"].IsDefined(); }

  private:
    [[noreturn]] void Complain(const std::string& what) const {
        throw std::runtime_error(where_ + ": " + what);
    }

    void CheckKeys() const {
        if (!entry_.IsMap()) {
            Complain("an entry is a mapping");
        }
        for (const std::string& key : needed) {
            if (!entry_[key]) {
                Complain("'" + key + "' is missing");
            }
        }
        for (const auto& pair : entry_) {
            const auto key = pair.first.Scalar();
            if (!needed.contains(key) && !optional.contains(key)) {
                Complain("'" + key + "' is unknown");
            }
        }
        if (entry_["releases"]) {
            Complain("a deviation of some releases, but a program in process says no release");
        }
    }

    [[nodiscard]] std::string Scalar(const char* key) const {
        if (!entry_[key].IsScalar()) {
            Complain(std::string(key) + ": a text");
        }
        return entry_[key].Scalar();
    }

    [[nodiscard]] std::string Text(const char* key) const {
        std::string text = Scalar(key);
        if (text.empty()) {
            Complain(std::string(key) + ": '' is too short");
        }
        return text;
    }

    void CheckExpression(const std::string& expression) const {
        try {
            static_cast<void>(std::regex(expression));
        } catch (const std::regex_error& error) {
            Complain("'matches' is no regular expression: " + std::string(error.what()));
        }
    }

    const YAML::Node entry_;
    const std::string where_;
};

}  // namespace

bool Deviation::Names(const std::string& test) const {
    return std::any_of(tests.begin(), tests.end(), [&](const std::string& pattern) {
        return ::fnmatch(pattern.c_str(), test.c_str(), FNM_NOESCAPE) == 0;
    });
}

bool Deviation::Explains(const std::string& how, const std::string& actual) const {
    return how == verdict && std::regex_search(actual, std::regex(matches));
}

Deviations LoadDeviations(const std::string& file) {
    YAML::Node content;
    try {
        content = YAML::LoadFile(file);
    } catch (const YAML::BadFile&) {
        throw std::runtime_error(file + ": the known deviations cannot be read");
    } catch (const YAML::Exception& error) {
        throw std::runtime_error(file + ":" + std::to_string(error.mark.line + 1) + ": " + error.msg);
    }
    if (!content.IsSequence() && !content.IsNull()) {
        throw std::runtime_error(file + ":1: known deviations are a list");
    }
    Deviations known;
    for (const YAML::Node& entry : content) {
        const Reader reader(file, entry);
        if (!reader.IsMixed()) {
            known.push_back(reader.Read());
        }
    }
    return known;
}

const Deviation* Explanation(const Deviations& known, const std::string& test, const std::string& verdict,
                             const std::string& actual) {
    const auto found = std::find_if(known.begin(), known.end(), [&](const Deviation& each) {
        return each.Names(test) && each.Explains(verdict, actual);
    });
    return found == known.end() ? nullptr : &*found;
}

const Deviation* About(const Deviations& known, const std::string& test) {
    const auto found =
        std::find_if(known.begin(), known.end(), [&](const Deviation& each) { return each.Names(test); });
    return found == known.end() ? nullptr : &*found;
}

}  // namespace pipects::inprocess
