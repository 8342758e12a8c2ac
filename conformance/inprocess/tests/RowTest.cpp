#include <boost/test/unit_test.hpp>
#include <pipects/inprocess/Row.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <utility>

namespace pipects::inprocess {

namespace {

using Answering = std::function<Message(const std::string& method, const Message& params)>;

/// An implementation that answers as a test wants it to.
class FakePort final : public Port {
  public:
    explicit FakePort(Answering answering) : answering_(std::move(answering)) {}
    [[nodiscard]] std::string Name() const override { return "fake"; }
    [[nodiscard]] const std::set<std::string>& Lacks() const override { return lacks_; }
    Message Handle(const Message& request) override {
        return answering_(request["method"], request["params"]);
    }
    std::future<Message> Begin(const Message& request) override {
        return std::async(std::launch::async, [this, request] { return Handle(request); });
    }

  private:
    const std::set<std::string> lacks_;
    Answering answering_;
};

Message Returning(Message value) {
    return {{"result", {{"returned", std::move(value)}}}};
}

Step StepOf(const char* verb, const char* target, Json options, Json expectation) {
    return {verb,      target, options.value("on", "main"), std::move(options), std::move(expectation),
            "the step"};
}

Result Run(const Answering& answering, std::vector<Step> steps, double deadline = 5) {
    static Watchdog watchdog;
    FakePort port(answering);
    Session session{port,
                    watchdog,
                    Patience(),
                    true,
                    {},
                    [](std::size_t) {},
                    [](const std::string&) {},
                    [](const Result&) {}};
    const Test test{"fake.row", "A title", "file", 1,  Json::object(),  {}, {},
                    "any",      deadline,  false,  "", std::move(steps)};
    return Row(test, session).Run();
}

const Json none = Json::object();

}  // namespace

BOOST_AUTO_TEST_SUITE(row)

BOOST_AUTO_TEST_CASE(what_is_as_expected_passes) {
    const auto result = Run([](auto&&...) { return Returning(true); },
                            {StepOf("get", "server.CanRead", none, {{"returns", true}})});
    BOOST_CHECK(result.verdict == Verdict::Pass);
}

BOOST_AUTO_TEST_CASE(what_differs_fails_in_the_harnesss_words) {
    const auto result = Run([](auto&&...) { return Returning(false); },
                            {StepOf("get", "server.CanRead", none, {{"returns", true}})});
    BOOST_CHECK(result.verdict == Verdict::Fail);
    BOOST_TEST(result.step.value() == 0U);
    BOOST_TEST(result.expected == "returns true");
    BOOST_TEST(result.actual == "returned false");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_the_adapters_error) {
    const auto result = Run(
        [](auto&&...) {
            return Message{{"error", {{"code", -32602}, {"message", "no"}}}};
        },
        {StepOf("call", "server.Read", none, none)});
    BOOST_CHECK(result.verdict == Verdict::AdapterError);
    BOOST_TEST(result.actual == "the adapter refused (-32602): no");
}

BOOST_AUTO_TEST_CASE(a_missing_member_is_a_lack) {
    const auto result = Run(
        [](auto&&...) {
            return Message{{"error", {{"code", -32001}, {"message", "there is no Read()"}}}};
        },
        {StepOf("call", "server.Read", none, none)});
    BOOST_CHECK(result.verdict == Verdict::NotApplicable);
    BOOST_TEST(result.reason == "fake has no such member: there is no Read()");
}

BOOST_AUTO_TEST_CASE(a_missing_member_whose_call_should_wait_is_a_lack) {
    const auto result = Run(
        [](auto&&...) {
            return Message{{"error", {{"code", -32001}, {"message", "there is no ReadByte()"}}}};
        },
        {StepOf("call", "server.ReadByte", {{"on", "reader"}, {"until", "blocked"}}, none)});
    BOOST_CHECK(result.verdict == Verdict::NotApplicable);
}

BOOST_AUTO_TEST_CASE(describe_may_be_left_out) {
    const auto result = Run(
        [](auto&&...) {
            return Message{{"error", {{"code", -32601}, {"message", "no method"}}}};
        },
        {StepOf("describe", "Stream", none, {{"returns", {{"kind", "class"}}}})});
    BOOST_CHECK(result.verdict == Verdict::NotApplicable);
}

BOOST_AUTO_TEST_CASE(nonsense_is_the_adapters_error) {
    const auto result = Run(
        [](auto&&...) {
            return Message{{"result", {{"said", 1}}}};
        },
        {StepOf("call", "server.Read", none, none)});
    BOOST_CHECK(result.verdict == Verdict::AdapterError);
}

BOOST_AUTO_TEST_CASE(what_no_process_can_do_alone_is_no_pass) {
    const auto result = Run([](auto&&...) { return Returning(1); }, {StepOf("start", "client", none, none)});
    BOOST_CHECK(result.verdict == Verdict::AdapterError);
}

BOOST_AUTO_TEST_CASE(a_call_may_hang_until_it_is_disposed) {
    std::promise<void> disposed;
    bool waits = true;
    const auto result = Run(
        [&](const std::string& method, const Message& params) {
            if (method == "forget" && std::exchange(waits, false)) {
                disposed.set_value();
            }
            if (params.value("thread", "") == "reader") {
                disposed.get_future().wait();
            }
            return Returning(nullptr);
        },
        {StepOf("call", "server.Read", {{"on", "reader"}}, none)}, 0.1);
    BOOST_CHECK(result.verdict == Verdict::Hang);
    BOOST_TEST(result.expected == "an end within 0.1 s");
}

/// A row whose call waits until it is disposed, in that way.
Result Hanging(const std::function<void(std::future<void>&)>& wait, double deadline) {
    std::promise<void> disposed;
    bool waits = true;
    return Run(
        [&](const std::string& method, const Message& params) {
            if (method == "forget" && std::exchange(waits, false)) {
                disposed.set_value();
            }
            if (params.value("thread", "") == "reader") {
                auto future = disposed.get_future();
                wait(future);
            }
            return Returning(nullptr);
        },
        {StepOf("call", "server.Read", {{"on", "reader"}}, none)}, deadline);
}

BOOST_AUTO_TEST_CASE(a_standstill_is_a_hang_before_the_deadline) {
    constexpr double never = 36000;
    const auto result = Hanging([](auto& disposed) { disposed.wait(); }, never);
    BOOST_CHECK(result.verdict == Verdict::Hang);
    BOOST_TEST_REQUIRE(!result.threads.empty());
    BOOST_TEST(result.threads.front().starts_with("a deadlock: "));
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_clock_is_not_at_a_standstill) {
    const auto result = Hanging([](auto& disposed) { disposed.wait_for(std::chrono::hours(1)); }, 1);
    BOOST_CHECK(result.verdict == Verdict::Hang);
    BOOST_TEST_REQUIRE(!result.threads.empty());
    BOOST_TEST(!result.threads.front().starts_with("a deadlock: "));
}

BOOST_AUTO_TEST_CASE(a_failure_names_the_requirement_of_its_step) {
    const Requirement first{"first.rule", "First.", "must"};
    const Requirement second{"second.rule", "Second.", "should"};
    Test test{"fake.row", "A title", "file", 1, Json::object(), {first, second}, {}, "any", 5, false, "", {}};
    test.steps.resize(2);
    test.steps[0].requirement = "second.rule";
    test.steps[1].requirement = "unknown.rule";
    BOOST_TEST(test.BrokenAt(0).id == "second.rule");
    BOOST_TEST(test.BrokenAt(1).id == "first.rule");
    BOOST_TEST(test.BrokenAt(std::nullopt).id == "first.rule");
}

BOOST_AUTO_TEST_CASE(a_call_that_ends_was_not_blocked) {
    const auto result = Run([](auto&&...) { return Returning(7); },
                            {StepOf("call", "server.Read", {{"on", "reader"}, {"until", "blocked"}}, none)});
    BOOST_CHECK(result.verdict == Verdict::Fail);
    BOOST_TEST(result.expected == "the call waits on the pipe");
    BOOST_TEST(result.actual == "returned 7");
}

BOOST_AUTO_TEST_CASE(values_are_put_in_place) {
    Message seen;
    const auto result = Run(
        [&](const std::string& method, const Message& params) {
            if (method == "call") {
                seen = params["arguments"];
            }
            return method == "create" ? Returning({{"object", "server"}, {"type", "Stream"}})
                                      : Returning("12");
        },
        {StepOf("new", "Stream", {{"as", "server"}}, none),
         StepOf("get", "server.Text", {{"as", "text"}}, none),
         StepOf("call", "Type.Member",
                {{"with",
                  {{"stream", "$server"},
                   {"text", "$text"},
                   {"longer", " ${text} "},
                   {"preexistingHandle", "$text"},
                   {"buffer", {{"length", 2}}},
                   {"null", nullptr}}}},
                {{"returns", "$text"}})});
    BOOST_CHECK(result.verdict == Verdict::Pass);
    const Message wanted{{"stream", {{"object", "server"}}},
                         {"text", "12"},
                         {"longer", " 12 "},
                         {"preexistingHandle", 12},
                         {"buffer", {{"bytes", {{"length", 2}}}}},
                         {"null", nullptr}};
    BOOST_TEST(seen == wanted);
}

BOOST_AUTO_TEST_CASE(choices_go_together) {
    int answer = 0;
    const Json any{{"any", {{{"returns", 1}}, {{"returns", 2}}}}};
    const Json choice{{"choice", "way"}};
    const auto run = [&](int first, int second) {
        answer = 0;
        return Run([&, first, second](auto&&...) { return Returning(answer++ == 0 ? first : second); },
                   {StepOf("call", "server.A", choice, any), StepOf("call", "server.B", choice, any)});
    };
    BOOST_CHECK(run(1, 1).verdict == Verdict::Pass);
    BOOST_CHECK(run(2, 2).verdict == Verdict::Pass);
    const auto mixed = run(2, 1);
    BOOST_CHECK(mixed.verdict == Verdict::Fail);
    BOOST_TEST(mixed.step.value() == 1U);
    BOOST_TEST(mixed.expected == "returns 2");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::inprocess
