#pragma once

#include <pipects/adapter/Dispatcher.hpp>
#include <pipects/inprocess/Port.hpp>
#include <pipects/inprocess/Runner.hpp>

#include <set>
#include <string>
#include <utility>

namespace pipects::inprocess {

/// An implementation behind the adapter kit's dispatcher.
template <typename Traits>
class DispatcherPort final : public Port {
  public:
    explicit DispatcherPort(std::set<std::string> lacks) : dispatcher_({}, std::move(lacks)) {}

    [[nodiscard]] std::string Name() const override { return Traits::name; }
    [[nodiscard]] const std::set<std::string>& Lacks() const override { return dispatcher_.Lacks(); }
    Message Handle(const Message& request) override { return dispatcher_.Handle(request); }
    std::future<Message> Begin(const Message& request) override { return dispatcher_.Begin(request); }

  private:
    adapter::Dispatcher<Traits> dispatcher_;
};

/// The whole of a runner's main(): Boost.Test's, with every row of the case tables as a test.
template <typename Traits>
int Main(int argc, char** argv, Options options) {
#ifdef PIPECTS_DEVIATIONS  // DEVIATIONS of pipects_add_conformance_tests
    if (options.deviations.empty()) {
        options.deviations = PIPECTS_DEVIATIONS;
    }
#endif
    return Run([&] { return std::make_unique<DispatcherPort<Traits>>(options.lacks); }, argc, argv, options);
}

}  // namespace pipects::inprocess
