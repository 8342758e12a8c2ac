#include "Binding.hpp"

#ifdef __linux__

#include <atomic>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

// A process that has one thread may do without what wakes a second one, and an adapter never is one. What
// helps these tests is another process: in a runner that has no thread of its own they show what one thread
// does.

namespace pipects::binding {

BOOST_AUTO_TEST_SUITE(binding)
BOOST_AUTO_TEST_SUITE(alone)

constexpr std::size_t moreThanItHolds = 300'000;

/// A process that has copies of this one's objects, does something beside it, and ends.
class Beside {
  public:
    explicit Beside(const std::function<bool(pid_t)>& does) {
        const pid_t parent = ::getpid();
        id_ = ::fork();
        if (id_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            bool done = false;
            try {
                done = does(parent);
            } catch (const std::exception&) {
                done = false;
            }
            static_cast<void>(done ? ::raise(SIGKILL) : 0);  // an exit is for a memory checker's report
            ::_exit(1);
        }
    }
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;
    Beside(Beside&&) = delete;
    Beside& operator=(Beside&&) = delete;
    ~Beside() {
        int status = 0;
        ::waitpid(id_, &status, 0);
        BOOST_TEST((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL), "what the other process has seen");
    }

  private:
    pid_t id_ = 0;
};

/// Whether a process sleeps, in many looks one after the other.
bool Sleeps(pid_t process) {
    return Eventually([&] {
        for (int looks = 0; looks < 100; ++looks) {
            std::ifstream file("/proc/" + std::to_string(process) + "/stat");
            const std::string told{std::istreambuf_iterator<char>(file), {}};
            const auto name = told.rfind(')');
            if (name == std::string::npos || told.size() < name + 3 || told[name + 2] != 'S') {
                return false;
            }
            std::this_thread::yield();
        }
        return true;
    });
}

Bytes Pattern() {
    Bytes bytes(moreThanItHolds);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        bytes[at] = static_cast<Byte>(at % 251);
    }
    return bytes;
}

/// What is done once the parent sleeps.
std::function<bool(pid_t)> OnceItSleeps(const std::function<void()>& does) {
    return [does](pid_t parent) {
        const bool waits = Sleeps(parent);
        does();
        return waits;
    };
}

/// Throws if other bytes come.
void TakeAll(Pipe& pipe) {
    Bytes received(moreThanItHolds);
    pipe.reader.ReadExactly(received);
    if (received != Pattern()) {
        throw std::runtime_error("these are not the bytes that were sent");
    }
}

void Nothing(int /*signal*/) {}

/// That a write of more than the pipe holds fails when another process is the last to close the reader's end.
void CheckBreaks(Pipe& pipe) {
    pipe.reader.Dispose();
    CheckThrows<IOException>("Write", [&] { pipe.writer.Write(Pattern()); });
    BOOST_TEST(!pipe.writer.IsConnected());
    sigset_t pending;
    ::sigpending(&pending);
    BOOST_TEST(sigismember(&pending, SIGPIPE) == 0, "SIGPIPE is pending");
}

BOOST_AUTO_TEST_CASE(a_read_waits_for_bytes_and_for_the_end,
                     COVERS("stream.read-span.blocks-when-empty") COVERS("stream.read-span.eof-zero")
                         COVERS("stream.read-byte.eof")) {
    Pipe pipe;
    {
        const Beside other(OnceItSleeps([&] { WriteText(pipe.writer, "abc"); }));
        Bytes buffer(8);
        BOOST_TEST(pipe.reader.Read(std::span<Byte>(buffer)) == 3);
        BOOST_TEST(buffer[2] == 'c');
    }
    const Beside other(OnceItSleeps([&] { pipe.writer.Dispose(); }));
    pipe.writer.Dispose();
    BOOST_TEST(pipe.reader.ReadByte() == -1);
}

BOOST_AUTO_TEST_CASE(a_write_waits_until_all_is_in,
                     COVERS("stream.write-span.all-bytes") COVERS("stream.write.blocks-when-full")) {
    Pipe pipe;
    const Beside other(OnceItSleeps([&] { TakeAll(pipe); }));
    pipe.writer.Write(Pattern());
}

BOOST_AUTO_TEST_CASE(a_write_that_waits_meets_the_break,
                     COVERS("stream.dispose-peer.sync-write") COVERS("stream.epipe.no-signal")
                         COVERS("stream.is-connected.broken")) {
    Pipe pipe;
    const Beside other(OnceItSleeps([&] { pipe.reader.Dispose(); }));
    CheckBreaks(pipe);
}

BOOST_AUTO_TEST_CASE(a_write_of_which_a_part_was_taken_meets_the_break,
                     COVERS("stream.dispose-peer.sync-write") COVERS("stream.epipe.no-signal")
                         COVERS("stream.is-connected.broken")) {
    Pipe pipe;
    const Beside other([&](pid_t parent) {
        Bytes part(100'000);
        bool waits = Sleeps(parent);
        pipe.reader.ReadExactly(part);
        waits = Sleeps(parent) && waits;
        pipe.reader.Dispose();
        return waits;
    });
    CheckBreaks(pipe);
}

BOOST_AUTO_TEST_CASE(a_signal_ends_no_wait, COVERS("stream.signals.interrupted-read-resumes")
                                                COVERS("stream.signals.interrupted-write-resumes")) {
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = Nothing;
    ::sigaction(SIGUSR1, &action, &before);
    Pipe pipe;
    {
        const Beside other([&](pid_t parent) {
            Bytes part(50'000);
            bool waits = true;
            Bytes received;
            for (int signals = 0; signals < 3; ++signals) {
                waits = Sleeps(parent) && waits;
                ::kill(parent, SIGUSR1);
                pipe.reader.ReadExactly(part);
                received.insert(received.end(), part.begin(), part.end());
            }
            Bytes rest(moreThanItHolds - received.size());
            pipe.reader.ReadExactly(rest);
            received.insert(received.end(), rest.begin(), rest.end());
            return waits && received == Pattern();
        });
        pipe.writer.Write(Pattern());
    }
    const Beside other([&](pid_t parent) {
        const bool waits = Sleeps(parent);
        ::kill(parent, SIGUSR1);
        const bool waitsOn = Sleeps(parent);
        pipe.writer.WriteByte(7);
        return waits && waitsOn;
    });
    BOOST_TEST(pipe.reader.ReadByte() == 7);
    ::sigaction(SIGUSR1, &before, nullptr);
}

BOOST_AUTO_TEST_CASE(a_thread_is_woken_where_one_has_waited_alone,
                     COVERS("stream.dispose-pending.sync-read")) {
    const Beside other([](pid_t /*parent*/) {  // this process has a second thread from now on
        Pipe pipe;
        {
            const Beside writer(OnceItSleeps([&] { pipe.writer.WriteByte(7); }));
            if (pipe.reader.ReadByte() != 7) {
                return false;
            }
        }
        static std::atomic<pid_t> waiter = 0;
        static std::atomic<bool> isWoken = false;
        std::thread([&] {
            waiter = ::gettid();
            try {
                pipe.reader.ReadByte();
            } catch (const Exception&) {
                isWoken = true;
            }
        }).detach();  // one that nobody wakes is not waited for
        const bool waits = Eventually([] { return waiter != 0; }) && Sleeps(waiter);
        pipe.reader.Dispose();
        return Eventually([] { return isWoken.load(); }) && waits;
    });
}

BOOST_AUTO_TEST_CASE(a_handle_made_nonblocking_is_waited_for_asleep,
                     COVERS("stream.waiting.nonblocking") COVERS("stream.waiting.idle")) {
    Pipe pipe;
    for (const auto& handle : {pipe.reader.SafePipeHandle(), pipe.writer.SafePipeHandle()}) {
        const int number = static_cast<int>(handle->DangerousGetHandle());
        ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK);
    }
    {
        const Beside other(OnceItSleeps([&] { TakeAll(pipe); }));
        pipe.writer.Write(Pattern());
    }
    const Beside other(OnceItSleeps([&] { pipe.writer.WriteByte(9); }));
    BOOST_TEST(pipe.reader.ReadByte() == 9);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::binding

#endif
