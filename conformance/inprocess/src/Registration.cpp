#include "Registration.hpp"

#include "Missing.hpp"

#include <boost/test/unit_test.hpp>
#include <pipects/adapter/Platform.hpp>

#include <cstdio>
#include <map>

namespace pipects::inprocess {

namespace {

namespace unit_test = boost::unit_test;

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
    add("requires", result.requirement.Described());
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

void SayKnown(const Test& test, const Deviation& known, const Result& result) {
    std::printf("known deviation: %s: %s: %s (%s, %s)\n", test.id.c_str(), known.happens.c_str(),
                result.actual.c_str(), known.where.c_str(), known.link.c_str());
    if (known.requirement != result.requirement.id) {
        std::printf("    its entry says that %s is broken where the failure is told of %s\n",
                    known.requirement.c_str(), result.requirement.id.c_str());
    }
    std::fflush(stdout);
}

void Fails(const Test& test, const std::string& text) {
    Say(test, unit_test::log_all_errors, text);
    unit_test::framework::assertion_result(unit_test::AR_FAILED);
}

/// A pass, unless the list of known deviations says that it can't be one.
void Passes(const Test& test, const Session& session) {
    const Deviation* const known = About(session.deviations, test.id);
    if (known != nullptr && !known->sometimes) {
        Fails(test, "UNEXPECTED PASS  " + session.port.Name() + ": " + test.id + "\n  " + known->where +
                        " says that it fails: " + known->happens);
    } else {
        unit_test::framework::assertion_result(unit_test::AR_PASSED);
    }
}

/// A failure in full, with what the list says of it, once it is in the draft.
std::string Unexplained(const Test& test, const Session& session, const Progress& progress,
                        const Result& result) {
    progress.Note(test, result);
    std::string text = Described(test, session, result);
    if (const Deviation* other = About(session.deviations, test.id)) {
        text += "\n  " + other->where + " lists another way to fail: " + other->happens;
    }
    return text;
}

/// A failure that the list does not explain, or explains.
void FailsOrIsKnown(const Test& test, const Session& session, const Progress& progress,
                    const Result& result) {
    const std::string verdict = Draft::WordOf(result.verdict);
    if (const Deviation* known = Explanation(session.deviations, test.id, verdict, result.actual)) {
        SayKnown(test, *known, result);
        unit_test::framework::assertion_result(unit_test::AR_PASSED);
    } else {
        Fails(test, Unexplained(test, session, progress, result));
    }
}

/// A row that hangs ends the process: nothing else gets the main thread out of it.
void Hangs(const Test& test, const Session& session, Progress& progress, const Result& result) {
    const Deviation* const known = Explanation(session.deviations, test.id, "hang", result.actual);
    if (known != nullptr) {
        SayKnown(test, *known, result);
    } else {
        std::fprintf(stderr, "%s\n", Unexplained(test, session, progress, result).c_str());
    }
    std::fflush(nullptr);
    progress.Leave(known != nullptr);
}

void RunRow(const Test& listed, std::size_t index, Session& session, Progress& progress) {
    if (progress.IsDone(index)) {
        unit_test::framework::assertion_result(unit_test::AR_PASSED);
        return;
    }
    if (const std::string why = WhyNot(listed, session.port); !why.empty()) {
        NotRun(listed, why);
        return;
    }
    progress.CountExecuted();
    const Test test = listed.WithSteps();
    session.note = [&test](const std::string& text) {
        unit_test::unit_test_log.set_checkpoint(View(test.file), test.line, text);
        Say(test, unit_test::log_messages, text);
    };
    session.begin = [&test, &progress, &session](std::size_t step) {
        progress.Step(step);
        session.note("step " + std::to_string(step + 1) + ": " + test.steps[step].text);
    };
    session.hang = [&](const Result& result) { Hangs(test, session, progress, result); };
    progress.Begin(index, test, session.port.Name(), session.deviations);
    const Result result = Row(test, session).Run();
    progress.End();
    if (result.verdict == Verdict::Pass) {
        Passes(test, session);
    } else if (!result.reason.empty()) {
        NotRun(test, NameOf(result.verdict) + ", " + result.reason);
    } else {
        FailsOrIsKnown(test, session, progress, result);
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
    const std::string member = LackingMember(test, port.Lacks());
    return member.empty() ? "" : "not applicable, " + port.Name() + " lacks " + member;
}

void Register(const std::vector<Test>& tests, Session& session, Progress& progress) {
    Suites suites;
    for (std::size_t index = 0; index < tests.size(); ++index) {
        const Test& test = tests[index];
        const auto path = test.Path();
        auto* row = new unit_test::test_case(View(path.back()), View(test.file), test.line,
                                             [&test, index, &session, &progress] {
                                                 RunRow(test, index, session, progress);
                                             });  // the tree's now
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

}  // namespace pipects::inprocess
