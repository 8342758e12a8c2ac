#pragma once

#include <pipects/adapter/Message.hpp>
#include <pipects/adapter/Platform.hpp>

#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace pipects::adapter {

/// The processes that a session started. A thread for each waits for its end, so that none stays a zombie and
/// the process's dispositions of signals stay as they were. Threads: any.
class Children {
  public:
    /// @return the child's process id
    platform::ProcessId Start(const Request& request) {
        const Json way = request.params.value("way", Json("documented"));
        if (way != "documented" && way != "platform") {  // in C++ they are one
            throw Fault(FaultCode::WrongParameters, "'way' is documented or platform");
        }
        platform::ProcessId child = -1;
        try {
            child =
                platform::StartProcess(request.RequiredText("program"),
                                       request.params.value("arguments", std::vector<std::string>()),
                                       request.params.value("environment", platform::EnvironmentChanges()));
        } catch (const Json::exception&) {
            throw Fault(FaultCode::WrongParameters,
                        "'arguments' is a list of texts, 'environment' maps names to texts");
        } catch (const std::system_error& error) {
            throw Fault(FaultCode::AdapterFailed, error.what());
        }
        Watch(child);
        return child;
    }

  private:
    struct Watcher {
        std::atomic<bool> ended = false;
        std::jthread thread;
    };

    void Watch(platform::ProcessId child) {
        const std::lock_guard lock(mutex_);
        watchers_.remove_if([](const Watcher& it) { return it.ended.load(); });
        Watcher& watcher = watchers_.emplace_back();
        watcher.thread = std::jthread([&watcher, child] {
            platform::CollectProcess(child);
            watcher.ended = true;
        });
    }

    std::mutex mutex_;
    std::list<Watcher> watchers_;
};

}  // namespace pipects::adapter
