#include <gtest/gtest.h>
#include <pipects/adapter/Threads.hpp>

#include <future>
#include <string>
#include <thread>
#include <vector>

namespace pipects::adapter {
namespace {

std::thread::id IdOf(Threads& threads, const std::string& name) {
    std::promise<std::thread::id> id;
    threads.Post(name, [&] { return [&] { id.set_value(std::this_thread::get_id()); }; });
    return id.get_future().get();
}

TEST(Threads, WorkOfOneNameRunsInOrderOnOneThread) {
    std::vector<int> order;
    Threads threads;
    const auto first = IdOf(threads, "a");
    for (int i = 0; i < 100; ++i) {
        threads.Post("a", [&order, i] { return [&order, i] { order.push_back(i); }; });
    }
    EXPECT_EQ(IdOf(threads, "a"), first);
    ASSERT_EQ(order.size(), 100U);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Threads, NamesRunAtTheSameTime) {
    std::promise<void> release;
    Threads threads;
    threads.Post("blocked", [&] {
        release.get_future().wait();
        return [] {};
    });
    EXPECT_NE(IdOf(threads, "other"), std::this_thread::get_id());
    release.set_value();
}

TEST(Threads, ThreadWhoseAnswerIsOutIsIdle) {
    Threads threads;
    for (int i = 0; i < 200; ++i) {
        std::promise<void> answered;
        std::promise<void> ended;
        threads.Post("a", [&] {
            return [&] {
                answered.set_value();
                ended.get_future().wait();  // the reply is still being sent
            };
        });
        answered.get_future().wait();
        std::thread ending([&] { threads.EndIdle(); });
        ended.set_value();
        ending.join();
    }
}

TEST(Threads, BusyThreadSurvivesTheEndOfIdleOnes) {
    std::promise<void> release;
    std::promise<void> begun;
    Threads threads;
    std::thread::id id;
    threads.Post("busy", [&] {
        id = std::this_thread::get_id();
        begun.set_value();
        release.get_future().wait();
        return [] {};
    });
    begun.get_future().wait();
    threads.EndIdle();
    release.set_value();
    EXPECT_EQ(IdOf(threads, "busy"), id);
}

}  // namespace
}  // namespace pipects::adapter
