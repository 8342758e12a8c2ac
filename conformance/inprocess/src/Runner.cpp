#include "Registration.hpp"

#include <boost/test/tree/observer.hpp>
#include <boost/test/tree/traverse.hpp>
#include <boost/test/tree/visitor.hpp>
#include <boost/test/unit_test.hpp>
#include <pipects/inprocess/Runner.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <span>
#include <string_view>

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

void ListTests(const std::vector<Test>& tests) {
    for (const Test& test : tests) {
        if (!test.stress) {
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

void SummarizeSkipped(const Reasons& reasons) {
    std::fprintf(stderr, "%zu rows were executed; not run here (--list_skipped names them):\n",
                 ExecutedRows());
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
};
Registering registering{};

bool RegisterAll() {
    unit_test::framework::master_test_suite().p_name.value = "pipects " + registering.session->port.Name();
    Register(*registering.tests, *registering.session);
    return true;
}

bool Takes(int argc, char** argv, std::string_view option) {
    return std::find(argv, argv + argc, option) != argv + argc;
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
        const std::vector<Test> tests = LoadTests(options.tests, OnlyPath(argc, argv));
        if (Takes(argc, argv, "--list_tests")) {
            ListTests(tests);
            return 0;
        }
        system::HandleInterruptions();
        const std::unique_ptr<Port> port = open();
        const Reasons skipped = SkippedRows(tests, *port);
        if (Takes(argc, argv, "--list_skipped")) {
            ListSkipped(skipped);
            return 0;
        }
        Watchdog watchdog;
        Session session{*port, watchdog, Patience(), options.strictHandles, {}};
        registering = {&tests, &session};
        const HangObserver observer(session);
        const int status = unit_test::unit_test_main(RegisterAll, argc, argv);
        if (ExecutedRows() > 1 && !skipped.empty()) {
            SummarizeSkipped(skipped);
        }
        return status;
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "%s: %s\n", argc > 0 ? argv[0] : "pipects", exception.what());
        return 2;
    }
}

}  // namespace pipects::inprocess
