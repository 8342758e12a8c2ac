#pragma once

#include <pipects/adapter/Connection.hpp>
#include <pipects/adapter/Dispatcher.hpp>
#include <pipects/adapter/Traits.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pipects::adapter {

/// Reads requests until the connection closes. It never waits for a call: each runs on the thread that it
/// names.
template <typename Traits>
class Adapter {
  public:
    Adapter(const std::string& address, std::vector<std::string> programArguments,
            std::set<std::string> lacks)
        : connection_(address), dispatcher_(std::move(programArguments), std::move(lacks)) {}

    /// The process ends at once when the connection does, even if calls are blocked.
    [[noreturn]] void Run() {
        while (true) {
            Json id;
            try {
                const auto line = connection_.ReadLine();
                if (!line.has_value()) {
                    platform::EndProcess(0);
                }
                const Json message = ParseMessage(*line);
                id = IdOf(message);
                Take(ParseRequest(message));
            } catch (const Fault& fault) {
                connection_.Send(ErrorAnswer(id, fault));
            }
        }
    }

  private:
    void Take(Request request) {
        const bool ends = request.method == "exit";
        const Json status = request.params.value("status", Json(0));
        const bool byTheLanguage = request.params.value("way", Json()) == "language";
        dispatcher_.Post(std::move(request), [this, ends, status, byTheLanguage](const Json& answer) {
            connection_.Send(answer);
            if (ends && answer.contains("result")) {
                if (byTheLanguage) {
                    std::exit(status.get<int>());  // NOLINT(concurrency-mt-unsafe): what the case is about
                }
                platform::EndProcess(status.get<int>());
            }
        });
    }

    Connection connection_;
    Dispatcher<Traits> dispatcher_;
};

/// The whole of an adapter's main(): connects to the harness and serves it.
/// @param lacks capabilities that the implementation lacks and that its types don't tell
template <typename Traits>
int Main(int argc, char** argv, std::initializer_list<std::string> lacks = {}) {
    try {
        const auto address = platform::EnvironmentVariable("PIPECTS_ADDRESS");
        if (!address.has_value()) {
            throw std::runtime_error("PIPECTS_ADDRESS is not set: this program is started by a harness");
        }
        platform::HandleUserSignal();
        Adapter<Traits>(*address, {argv + std::min(argc, 1), argv + argc}, lacks).Run();
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "%s adapter: %s\n", Traits::name, exception.what());
        return 1;
    }
}

}  // namespace pipects::adapter
