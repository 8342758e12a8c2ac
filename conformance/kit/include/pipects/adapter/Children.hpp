#pragma once

#include <pipects/adapter/Message.hpp>
#include <pipects/adapter/Platform.hpp>

#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace pipects::adapter {

/// Starts what a `start` request asks for. A thread waits for the child's end, so that it stays no zombie and
/// the process's dispositions of signals stay as they were. Nobody joins that thread: it needs nothing but
/// the child's id.
/// @return the child's process id
inline platform::ProcessId StartChild(const Request& request) {
    const Json way = request.params.value("way", Json("documented"));
    if (way != "documented" && way != "platform") {  // in C++ they are one
        throw Fault(FaultCode::WrongParameters, "'way' is documented or platform");
    }
    try {
        const auto child = platform::StartProcess(
            request.RequiredText("program"), request.params.value("arguments", std::vector<std::string>()),
            request.params.value("environment", platform::EnvironmentChanges()));
        std::thread([child] { platform::CollectProcess(child); }).detach();
        return child;
    } catch (const Json::exception&) {
        throw Fault(FaultCode::WrongParameters,
                    "'arguments' is a list of texts, 'environment' maps names to texts");
    } catch (const std::system_error& error) {
        throw Fault(FaultCode::AdapterFailed, error.what());
    }
}

}  // namespace pipects::adapter
