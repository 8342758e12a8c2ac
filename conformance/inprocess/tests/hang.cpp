#include <pipects/inprocess/Runner.hpp>

#include <csignal>
#include <cstdlib>
#include <future>

// An implementation whose every call hangs, or ends the process: the runner has to say where, and to end.

namespace {

using pipects::inprocess::Message;

class StuckPort final : public pipects::inprocess::Port {
  public:
    [[nodiscard]] std::string Name() const override { return "stuck"; }
    [[nodiscard]] const std::set<std::string>& Lacks() const override { return lacks_; }
    Message Handle(const Message& request) override {
        if (request["params"]["member"] == "Crash") {
            static_cast<void>(std::raise(SIGSEGV));
        }
        std::promise<Message> never;
        return never.get_future().get();
    }
    std::future<Message> Begin(const Message& /*request*/) override { return {}; }

  private:
    const std::set<std::string> lacks_;
};

}  // namespace

int main(int argc, char** argv) {
    const char* const known = std::getenv("PIPECTS_HANG_DEVIATIONS");
    return pipects::inprocess::Run(
        [] { return std::make_unique<StuckPort>(); }, argc, argv,
        {.tests = PIPECTS_HANG_TESTS, .deviations = known == nullptr ? "" : known});
}
