#include "Support.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

// fork without exec, from a process that has a reactor and its thread.

namespace pipects::testing {
namespace {

/// Runs `body` in a forked child. @return whether it returned true there, within patience
[[nodiscard]] bool HoldsInAChild(const std::function<bool()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(static_cast<unsigned>(patience.count()));
        ::_exit(body() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Whether no other thread of this process does anything: what one has just on its stack is lost to a child.
[[nodiscard]] bool OthersAreAtRest() {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::all_of(begin(tasks), end(tasks), [](const auto& task) {
        std::string stat;
        std::getline(std::ifstream(task.path() / "stat"), stat);
        return task.path().filename() == std::to_string(::gettid()) || stat.find(") S ") != std::string::npos;
    });
}

TEST(AForkedChild, WaitsReadsAndWritesWithStreamsOfItsOwnAndInherited) {
    Ends inherited;
    Bytes warm(1);
    const auto pending = inherited.reader.ReadAsync(std::span<Byte>(warm));  // starts the parent's reactor
    inherited.writer.WriteByte(1);
    ASSERT_EQ(pending.Result(), 1);
    const auto exchange = [](Ends& ends) {
        Bytes buffer(4);
        const auto read = ends.reader.ReadAsync(std::span<Byte>(buffer));
        if (read.IsCompleted()) {
            return false;
        }
        ends.writer.Write(BytesOf("fork"), 0, 4);
        return read.Result() == 4 && buffer == BytesOf("fork");
    };
    EXPECT_TRUE(HoldsInAChild([&] { return exchange(inherited); }));
    EXPECT_TRUE(HoldsInAChild([&] {
        Ends own;
        return exchange(own);
    }));
    EXPECT_TRUE(exchange(inherited)) << "in the parent, afterwards";
}

TEST(AForkedChild, LeavesAloneWhatIsPendingInItsParent) {
    Ends ends;
    Bytes buffer(1);
    const auto pending = ends.reader.ReadAsync(std::span<Byte>(buffer));
    EXPECT_TRUE(HoldsInAChild([&] {
        ends.reader.Dispose();
        ends.writer.Dispose();
        return pending.IsFaulted();
    }));
    EXPECT_FALSE(pending.IsCompleted());
    ends.writer.WriteByte('p');
    EXPECT_EQ(pending.Result(), 1);
    EXPECT_EQ(buffer[0], 'p');
}

TEST(AForkedChild, EndsByExitThoughItsParentHasAReactor) {
    Ends ends;
    Bytes buffer(1);
    const auto pending = ends.reader.ReadAsync(std::span<Byte>(buffer));
    ASSERT_TRUE(Eventually(OthersAreAtRest));
    EXPECT_EXIT(std::exit(3), ::testing::ExitedWithCode(3), "");
    ends.writer.WriteByte('p');
    EXPECT_EQ(pending.Result(), 1);
}

TEST(AForkedChild, ReleasesAWaitOfItsOwnAndNoneOfItsParent) {
    Ends ends;
    Background read([&] { static_cast<void>(ends.reader.ReadByte()); });
    read.WaitUntilBlocked();
    EXPECT_TRUE(HoldsInAChild([] {
        Ends own;
        return DisposalEndsARead(own);
    }));
    EXPECT_TRUE(IsAsleep(read.ThreadId()));
    ends.reader.Dispose();
    EXPECT_THROW(read.Finish(), IOException);
}

}  // namespace
}  // namespace pipects::testing
