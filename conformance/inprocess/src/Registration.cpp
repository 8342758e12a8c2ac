#include "Registration.hpp"

#include <boost/test/unit_test.hpp>
#include <pipects/adapter/Platform.hpp>

#include <cstdio>
#include <map>

namespace pipects::inprocess {

namespace {

namespace unit_test = boost::unit_test;

std::size_t executedRows = 0;

unit_test::const_string View(const std::string& text) {
    return {text.data(), text.size()};
}

/// Says it at the row's place in its case file, where an editor's jump leads.
void Say(const Test& test, unit_test::log_level level, const std::string& text) {
    (unit_test::unit_test_log << unit_test::log::begin(View(test.file), test.line))(level) << text;
}

/// A failure in the order in which a reader asks, as the harness prints it.
std::string Described(const Test& test, const Session& session, const Result& result) {
    std::string text = NameOf(result.verdict) + "  " + session.port.Name() + ": " + test.id;
    const auto add = [&](const char* name, const std::string& line) {
        std::string label = name;
        label.resize(10, ' ');
        text += "\n  " + label + line;
    };
    text += "\n  " + test.title;
    if (!test.row.empty()) {
        std::string row;
        for (const auto& [column, value] : test.row.items()) {
            row += (row.empty() ? "" : ", ") + column + " = " + value.dump();
        }
        text += "\n  " + row;
    }
    for (const Requirement& requirement : test.covers) {
        add("requires", requirement.text + " (" + requirement.id + ", " + requirement.level + ")");
    }
    add("step", result.step ? std::to_string(*result.step + 1) + ": " + test.steps[*result.step].text
                            : "after the last step");
    add("expected", result.expected);
    add("actual", result.actual);
    for (const std::string& line : result.observed) {
        add("observed", line);
    }
    for (const std::string& line : result.threads) {
        add("thread", line);
    }
    return text;
}

void NotRun(const Test& test, const std::string& why) {
    std::printf("not run: %s: %s\n", test.id.c_str(), why.c_str());
    std::fflush(stdout);
    unit_test::framework::assertion_result(unit_test::AR_PASSED);
}

void RunRow(const Test& test, Session& session) {
    if (const std::string why = WhyNot(test, session.port); !why.empty()) {
        NotRun(test, why);
        return;
    }
    ++executedRows;
    session.note = [&test](const std::string& text) {
        unit_test::unit_test_log.set_checkpoint(View(test.file), test.line, text);
        Say(test, unit_test::log_messages, text);
    };
    const Result result = Row(test, session).Run();
    if (result.verdict == Verdict::Pass) {
        unit_test::framework::assertion_result(unit_test::AR_PASSED);
    } else if (!result.reason.empty()) {
        NotRun(test, NameOf(result.verdict) + ", " + result.reason);
    } else {
        Say(test, unit_test::log_all_errors, Described(test, session, result));
        unit_test::framework::assertion_result(unit_test::AR_FAILED);
    }
}

/// The suite of that path, made as far as it is not there yet.
class Suites {
  public:
    unit_test::test_suite& Of(const std::vector<std::string>& path, const Test& test) {
        unit_test::test_suite* suite = &unit_test::framework::master_test_suite();
        std::string name;
        for (std::size_t i = 0; i + 1 < path.size(); ++i) {
            name += "/" + path[i];
            auto& known = suites_[name];
            if (known == nullptr) {
                known =
                    new unit_test::test_suite(View(path[i]), View(test.file), test.line);  // the tree's now
                suite->add(known);
            }
            suite = known;
        }
        return *suite;
    }

  private:
    std::map<std::string, unit_test::test_suite*> suites_;
};

}  // namespace

std::string WhyNot(const Test& test, const Port& port) {
    const std::string system = std::string(adapter::platform::osName) == "windows" ? "windows" : "unix";
    if (!test.notInProcess.empty()) {
        return test.notInProcess;
    }
    if (test.platforms != "any" && test.platforms != system) {
        return "not applicable, a case for " + test.platforms + " only";
    }
    for (const std::string& need : test.needs) {
        if (port.Lacks().contains(need)) {
            return "not applicable, " + port.Name() + " lacks " + need;
        }
    }
    return "";
}

void Register(const std::vector<Test>& tests, Session& session) {
    Suites suites;
    for (const Test& test : tests) {
        const auto path = test.Path();
        auto* row = new unit_test::test_case(View(path.back()), View(test.file), test.line,
                                             [&test, &session] { RunRow(test, session); });  // the tree's now
        row->p_description.value = test.title;
        for (const Requirement& requirement : test.covers) {
            row->add_label(View(requirement.id));
        }
        if (test.stress || !WhyNot(test, session.port).empty()) {
            row->p_default_status.value = unit_test::test_unit::RS_DISABLED;
        }
        suites.Of(path, test).add(row);
    }
}

std::size_t ExecutedRows() {
    return executedRows;
}

}  // namespace pipects::inprocess
