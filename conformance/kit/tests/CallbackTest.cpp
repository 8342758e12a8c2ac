#include <gtest/gtest.h>
#include <pipects/adapter/Callback.hpp>

#include <optional>
#include <thread>

namespace pipects::adapter {
namespace {

void OnAThread(const std::function<void()>& work) {
    std::thread(work).join();
}

// The system gives the id of a thread that has ended to the next one.
TEST(ACallback, TellsAThreadFromOneThatEndedBeforeIt) {
    std::optional<Callback> callback;
    OnAThread([&] { callback.emplace(Arrays()); });
    OnAThread([&] { callback->Run([] { return Value(); }); });
    EXPECT_EQ(callback->Count(), 1);
    EXPECT_FALSE(callback->SameThread());
}

TEST(ACallback, KnowsTheThreadThatBeganIt) {
    Callback callback{Arrays()};
    callback.Run([] { return Value(); });
    EXPECT_TRUE(callback.SameThread());
}

}  // namespace
}  // namespace pipects::adapter
