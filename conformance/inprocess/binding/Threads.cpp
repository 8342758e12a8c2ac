#include "Binding.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>

// Objects used from several threads: what these tests show they show under ThreadSanitizer too. Checks are
// made on the main thread only, Boost.Test being what it is.

namespace pipects::binding {

BOOST_AUTO_TEST_SUITE(binding)
BOOST_AUTO_TEST_SUITE(threads)

constexpr int calls = 200;
constexpr std::size_t recordSize = 64;  // less than what every system writes in one piece

BOOST_AUTO_TEST_CASE(writers_do_not_mix_their_bytes) {
    constexpr int writers = 4;
    Pipe pipe;
    std::vector<std::jthread> threads;
    for (int i = 0; i < writers; ++i) {
        threads.emplace_back([&pipe, i] {
            const Bytes record(recordSize, static_cast<Byte>('a' + i));
            for (int left = calls; left > 0; --left) {
                pipe.writer.Write(record);
            }
        });
    }
    std::map<Byte, int> counts;
    bool whole = true;
    Bytes record(recordSize);
    for (int left = writers * calls; left > 0; --left) {
        pipe.reader.ReadExactly(record);
        whole = whole && std::all_of(record.begin(), record.end(), [&](Byte it) { return it == record[0]; });
        ++counts[record[0]];
    }
    BOOST_TEST(whole);
    BOOST_TEST(counts.size() == 4U);
    for (const auto& [letter, count] : counts) {
        BOOST_TEST(count == calls);
    }
}

BOOST_AUTO_TEST_CASE(readers_share_what_is_there) {
    Pipe pipe;
    std::atomic<int> sum = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                while (pipe.reader.ReadByte() != -1) {
                    ++sum;
                }
            });
        }
        for (int left = calls; left > 0; --left) {
            pipe.writer.WriteByte(1);
        }
        pipe.writer.Dispose();
    }
    BOOST_TEST(sum == calls);
}

BOOST_AUTO_TEST_CASE(properties_during_transfers) {
    Pipe pipe;
    std::atomic<int> odd = 0;
    std::jthread looker([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            odd += pipe.reader.CanRead() && !pipe.reader.CanWrite() && pipe.reader.IsConnected() ? 0 : 1;
            odd += pipe.writer.ReadMode() == Mode::Byte ? 0 : 1;
            static_cast<void>(pipe.writer.SafePipeHandle());
        }
    });
    for (int left = calls; left > 0; --left) {
        pipe.writer.WriteByte(1);
        BOOST_REQUIRE(pipe.reader.ReadByte() == 1);
    }
    looker.request_stop();
    looker.join();
    BOOST_TEST(odd == 0);
}

BOOST_AUTO_TEST_CASE(disposed_by_several_while_one_waits) {
    for (int round = 0; round < 20; ++round) {
        Pipe pipe;
        std::atomic<bool> asExpected = false;
        std::jthread reader([&] {
            try {
                static_cast<void>(pipe.reader.ReadByte());
            } catch (const IOException&) {
                asExpected = true;
            } catch (const ObjectDisposedException&) {  // it had not begun to wait
                asExpected = true;
            }
        });
        std::jthread first([&] { pipe.reader.Dispose(); });
        std::jthread second([&] { pipe.reader.Dispose(); });
        reader.join();
        BOOST_TEST(asExpected);
    }
}

BOOST_AUTO_TEST_CASE(waited_for_by_several) {
    Pipe pipe;
    Byte byte{};
    const auto pending = pipe.reader.ReadAsync(std::span(&byte, 1));
    std::atomic<int> sum = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&sum, pending] { sum += pending.Result(); });
        }
        pipe.writer.WriteByte('x');
    }
    BOOST_TEST(sum == 4);
    BOOST_TEST(byte == 'x');
}

BOOST_AUTO_TEST_CASE(cancelled_and_completed_at_once) {
    for (int round = 0; round < 50; ++round) {
        Pipe pipe;
        Byte byte{};
        std::stop_source source;
        const auto pending = pipe.reader.ReadAsync(std::span(&byte, 1), source.get_token());
        std::jthread canceller([&] { source.request_stop(); });
        pipe.writer.WriteByte('x');
        try {
            BOOST_TEST(pending.Result() == 1);
            BOOST_TEST(byte == 'x');
        } catch (const OperationCanceledException&) {
            BOOST_TEST(pending.IsCanceled());
            BOOST_TEST(pipe.reader.ReadByte() == 'x');  // a cancelled read took nothing
        }
    }
}

BOOST_AUTO_TEST_CASE(exceptions_travel) {
    Pipe pipe;
    pipe.reader.Dispose();
    std::exception_ptr thrown;
    std::jthread([&] {
        try {
            pipe.writer.WriteByte(1);
        } catch (...) {
            thrown = std::current_exception();
        }
    }).join();
    BOOST_REQUIRE(thrown != nullptr);
    BOOST_CHECK_THROW(std::rethrow_exception(thrown), IOException);
}

BOOST_AUTO_TEST_CASE(synchronized_from_several) {
    auto writer = std::make_shared<Server>(PipeDirection::Out);
    Client reader(PipeDirection::In, writer->ClientSafePipeHandle());
    const auto shared = Stream::Synchronized(writer);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int left = calls; left > 0; --left) {
                    shared->WriteByte(1);
                }
            });
        }
    }
    shared->Dispose();
    int count = 0;
    while (reader.ReadByte() == 1) {
        ++count;
    }
    BOOST_TEST(count == 4 * calls);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

}  // namespace pipects::binding
