#include "Missing.hpp"
#include "Progress.hpp"
#include "Registration.hpp"

#include <boost/cstdlib.hpp>
#include <boost/test/tree/observer.hpp>
#include <boost/test/tree/traverse.hpp>
#include <boost/test/tree/visitor.hpp>
#include <boost/test/unit_test.hpp>
#include <pipects/inprocess/ByString.hpp>
#include <pipects/inprocess/Runner.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <span>
#include <string_view>

#include <unistd.h>

namespace pipects::inprocess {

namespace {

namespace unit_test = boost::unit_test;

/// Prints the tests that the program's own sources have registered.
class Lister : public unit_test::test_tree_visitor {
  public:
    void visit(const unit_test::test_case& test) override {
        auto path = suites_;
        path.push_back(test.p_name.value);
        auto& unit = unit_test::framework::get<unit_test::test_case>(test.p_id);
        for (const auto& decorator : unit.p_decorators.get()) {
            decorator->apply(unit);  // what Boost.Test does only when it runs
        }
        std::printf("%s\t%s", Joined(path, '.').c_str(), Joined(path, '/').c_str());
        for (const std::string& label : test.p_labels.get()) {
            std::printf("\t%s", label.c_str());
        }
        std::printf("\n");
    }
    bool test_suite_start(const unit_test::test_suite& suite) override {
        if (suite.p_parent_id != unit_test::INV_TEST_UNIT_ID) {
            suites_.push_back(suite.p_name.value);
        }
        return true;
    }
    void test_suite_finish(const unit_test::test_suite& suite) override {
        if (suite.p_parent_id != unit_test::INV_TEST_UNIT_ID) {
            suites_.pop_back();
        }
    }

  private:
    std::vector<std::string> suites_;
};

void ListTests(const std::vector<Test>& tests, const Port& port) {
    for (const Test& test : tests) {
        if (!test.stress && WhyNot(test, port).empty()) {
            std::printf("%s\t%s\n", test.id.c_str(), Joined(test.Path(), '/').c_str());
        }
    }
    Lister lister;
    unit_test::traverse_test_tree(unit_test::framework::master_test_suite(), lister, true);
}

using Reasons = std::map<std::string, std::vector<std::string>>;

Reasons SkippedRows(const std::vector<Test>& tests, const Port& port) {
    Reasons reasons;
    for (const Test& test : tests) {
        if (const std::string why = WhyNot(test, port); !why.empty()) {
            reasons[why].push_back(test.id);
        }
    }
    return reasons;
}

void ListSkipped(const Reasons& reasons) {
    for (const auto& [why, ids] : reasons) {
        std::printf("%s (%zu)\n", why.c_str(), ids.size());
        for (const std::string& id : ids) {
            std::printf("    %s\n", id.c_str());
        }
    }
}

void SummarizeSkipped(const Reasons& reasons, int executed) {
    std::fprintf(stderr, "%d rows were executed; not run here (--list_skipped names them):\n", executed);
    for (const auto& [why, ids] : reasons) {
        std::fprintf(stderr, "%5zu  %s\n", ids.size(), why.c_str());
    }
}

/// Ends the process if a test that asks nothing of the port, one of the binding's, hangs.
class HangObserver : public unit_test::test_observer {
  public:
    explicit HangObserver(Session& session) : session_(session) {
        unit_test::framework::register_observer(*this);
    }
    HangObserver(const HangObserver&) = delete;
    HangObserver& operator=(const HangObserver&) = delete;
    ~HangObserver() override { unit_test::framework::deregister_observer(*this); }

    void test_unit_start(const unit_test::test_unit& unit) override {
        constexpr double patience = 60;
        if (unit.p_type == unit_test::TUT_CASE) {
            session_.watchdog.Arm(session_.patience.Scaled(patience), [name = unit.full_name()] {
                std::string text = "HANG  " + name;
                for (const std::string& line : system::Situation()) {
                    text += "\n  thread    " + line;
                }
                return text;
            });
        }
    }
    void test_unit_finish(const unit_test::test_unit& /*unit*/, unsigned long /*elapsed*/) override {
        session_.watchdog.Disarm();
    }

  private:
    Session& session_;
};

/// Boost.Test takes a function without state.
struct Registering {
    const std::vector<Test>* tests;
    Session* session;
    Progress* progress;
};
Registering registering{};

bool RegisterAll() {
    unit_test::framework::master_test_suite().p_name.value = "pipects " + registering.session->port.Name();
    Register(*registering.tests, *registering.session, *registering.progress);
    return true;
}

bool Takes(int argc, char** argv, std::string_view option) {
    return std::find(argv, argv + argc, option) != argv + argc;
}

/// The value of the last of that option, or nothing.
std::string ValueOf(int argc, char** argv, std::string_view option) {
    std::string value;
    for (const std::string_view argument : std::span(argv, static_cast<std::size_t>(argc))) {
        if (argument.starts_with(option)) {
            value = argument.substr(option.size());
        }
    }
    return value;
}

/// The arguments that Boost.Test is to see, and the null behind them.
std::vector<char*> WithoutOption(int argc, char** argv, std::string_view option) {
    std::vector<char*> left(argv, argv + argc + 1);
    std::erase_if(left, [&](const char* each) {
        return each != nullptr && std::string_view(each).starts_with(option);
    });
    return left;
}

/// Whether the log or report is a document, which no second process can go on with.
bool IsWrittenToFile(int argc, char** argv) {
    return std::any_of(argv, argv + argc, [](std::string_view argument) {
        return argument.starts_with("--log_format") || argument.starts_with("--logger") ||
               argument.starts_with("--log_sink") || argument.starts_with("--report_sink") ||
               argument.starts_with("--random");
    });
}

void MakeByString(std::vector<Test>& tests) {
    for (Test& test : tests) {
        if (std::find(test.needs.begin(), test.needs.end(), "safe-handle") != test.needs.end()) {
            static_cast<void>(MadeByString(test));
        }
    }
}

/// A known deviation that matches nothing, or is told of no rule that there is, is a mistake in the list.
void CheckNamed(const Deviations& known, const std::vector<Test>& tests) {
    std::set<std::string> rules;
    for (const Test& test : tests) {
        for (const Requirement& rule : test.covers) {
            rules.insert(rule.id);
        }
    }
    for (const Deviation& each : known) {
        if (!rules.contains(each.requirement)) {
            throw std::runtime_error(each.where + ": '" + each.requirement + "' is no requirement");
        }
        for (const std::string& pattern : each.tests) {
            Deviation one = each;
            one.tests = {pattern};
            if (std::none_of(tests.begin(), tests.end(),
                             [&](const Test& test) { return one.Names(test.id); })) {
                throw std::runtime_error(each.where + ": '" + pattern + "' names no test");
            }
        }
    }
}

/// A lack that no row asks for is a slip of the pen.
void CheckLacks(const std::set<std::string>& lacks, const std::vector<Test>& tests) {
    for (const std::string& lack : lacks) {
        if (std::none_of(tests.begin(), tests.end(), [&](const Test& test) {
                return !LackingMember(test, {lack}).empty() ||
                       std::find(test.needs.begin(), test.needs.end(), lack) != test.needs.end();
            })) {
            throw std::runtime_error("lacks: '" + lack +
                                     "' is no capability, and neither type nor member of any row");
        }
    }
}

/// What --help says beside Boost.Test's own options.
void SayOptions() {
    std::puts(
        "pipects' own options:\n"
        "  --list_skipped   the rows that can't be run here, with the reasons\n"
        "  --list_tests     ids and paths of those that can\n"
        "  --draft_deviations=FILE\n"
        "                   write what fails and is not known to, as a draft of the list of it\n"
        "  --members        the members that the implementation lacks; fails unless each is declared\n"
        "environment:\n"
        "  PIPECTS_NO_DEADLINE=1      no row hangs: for debuggers\n"
        "  PIPECTS_TIMEOUT_SCALE=X    multiply every deadline\n\n"
        "Boost.Test's:");
}

/// Tells each missing member once. What is declared as lacking is told, and nothing wrong.
int TellMissing(const std::vector<Test>& tests, Port& port) {
    for (const std::string& lack : port.Lacks()) {
        std::printf("%s lacks %s\n", port.Name().c_str(), lack.c_str());
    }
    const std::set<std::string> missing = MissingMembers(tests, port);
    for (const std::string& member : missing) {
        std::printf("FAIL  %s has no such member: %s\n", port.Name().c_str(), member.c_str());
    }
    std::set<std::string> names;
    for (const std::string& member : missing) {
        const std::string bare = member.substr(0, member.find('('));
        names.insert('"' + bare.substr(bare.rfind('.') + 1) + '"');
    }
    if (!names.empty()) {
        std::printf("what is missing on purpose: .lacks = {%s}\n",
                    Joined({names.begin(), names.end()}, ',').c_str());
    }
    return missing.empty() ? 0 : boost::exit_test_failure;
}

/// The path of the only --run_test, if it is a plain one: no pattern, list, label or exception.
std::string OnlyPath(int argc, char** argv) {
    constexpr std::string_view option = "--run_test=";
    std::string path;
    for (const std::string_view argument : std::span(argv, static_cast<std::size_t>(argc))) {
        if (argument.starts_with(option)) {
            if (!path.empty() || argument.find_first_of("*,@!+:", option.size()) != std::string_view::npos) {
                return "";
            }
            path = argument.substr(option.size());
        }
    }
    return path;
}

}  // namespace

int Run(const std::function<std::unique_ptr<Port>()>& open, int argc, char** argv, const Options& options) {
    try {
        const std::string only = OnlyPath(argc, argv);
        std::vector<Test> tests = LoadTests(options.tests, only);
        if (Takes(argc, argv, "--help")) {
            SayOptions();
        }
        system::HandleInterruptions();
        const std::unique_ptr<Port> port = open();
        if (port->Lacks().contains("safe-handle")) {
            MakeByString(tests);
        }
        if (Takes(argc, argv, "--list_tests")) {
            ListTests(tests, *port);
            return 0;
        }
        const Deviations known =
            options.deviations.empty() ? Deviations() : LoadDeviations(options.deviations);
        if (only.empty()) {
            CheckNamed(known, tests);
            CheckLacks(options.lacks, tests);
        }
        if (Takes(argc, argv, "--members")) {
            return TellMissing(tests, *port);
        }
        const Reasons skipped = SkippedRows(tests, *port);
        if (Takes(argc, argv, "--list_skipped")) {
            ListSkipped(skipped);
            return 0;
        }
        Watchdog watchdog;
        Session session{*port, watchdog, Patience(), options.strictHandles, known, {}, {}, {}};
        Draft draft(ValueOf(argc, argv, "--draft_deviations="));
        Progress progress(tests.size(), argv, tests.size() > 1 && !IsWrittenToFile(argc, argv), draft);
        if (!progress.IsResumed()) {
            draft.Begin();
        }
        registering = {&tests, &session, &progress};
        const HangObserver observer(session);
        std::vector<char*> theirs = WithoutOption(argc, argv, "--draft_deviations=");
        std::string plain = "--color_output=no";
        if (::isatty(STDOUT_FILENO) == 0 && ValueOf(argc, argv, "--color_output").empty()) {
            theirs.insert(theirs.end() - 1, plain.data());
        }
        const int status =
            unit_test::unit_test_main(RegisterAll, static_cast<int>(theirs.size()) - 1, theirs.data());
        draft.Write(port->Name());
        if (progress.Executed() > 1 && !skipped.empty()) {
            SummarizeSkipped(skipped, progress.Executed());
        }
        if (progress.Broken() > 0) {
            std::fprintf(stderr,
                         "%d rows ended the program, which went on behind each: HANG or CRASH above\n",
                         progress.Broken());
        }
        return status == 0 && progress.Broken() > 0 ? boost::exit_test_failure : status;
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "%s: %s\n", argc > 0 ? argv[0] : "pipects", exception.what());
        return 2;
    }
}

}  // namespace pipects::inprocess
