#pragma once

#include <pipects/adapter/Message.hpp>
#include <pipects/adapter/Platform.hpp>

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pipects::adapter {

/// Lines over the socket to the harness. Threads: one reads, any send.
class Connection {
  public:
    static constexpr std::size_t longestLine = std::size_t{64} * 1024 * 1024;

    /// @param address HOST:PORT
    explicit Connection(const std::string& address) : socket_(HostIn(address), PortIn(address)) {}

    /// The next line, or nothing once the connection is closed.
    /// @throws Fault for a line that is too long, of which nothing is kept
    std::optional<std::string> ReadLine() {
        std::size_t searched = 0;
        bool tooLong = false;
        while (true) {
            const auto end = received_.find('\n', searched);
            if (end != std::string::npos) {
                std::string line = received_.substr(0, end);
                received_.erase(0, end + 1);
                if (tooLong || line.size() > longestLine) {
                    throw Fault(FaultCode::MalformedRequest, "a message is longer than 64 MiB");
                }
                return line;
            }
            if (received_.size() > longestLine) {
                tooLong = true;
                received_.clear();
            }
            searched = received_.size();
            if (!ReceiveMore()) {
                return std::nullopt;
            }
        }
    }

    /// A message to a harness that is gone is dropped: the reader finds the end of the connection.
    void Send(const Json& message) {
        const std::string line = ToLine(message);
        const std::lock_guard lock(mutex_);
        static_cast<void>(socket_.Send(line));
    }

  private:
    bool ReceiveMore() {
        std::array<char, 65536>
            buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the socket
        const std::size_t count = socket_.Receive(buffer);
        received_.append(buffer.data(), count);
        return count > 0;
    }

    static std::size_t Colon(const std::string& address) {
        const auto colon = address.rfind(':');
        if (colon == std::string::npos) {
            throw std::runtime_error("PIPECTS_ADDRESS is HOST:PORT, not '" + address + "'");
        }
        return colon;
    }
    static std::string HostIn(const std::string& address) { return address.substr(0, Colon(address)); }
    static std::string PortIn(const std::string& address) { return address.substr(Colon(address) + 1); }

    platform::Socket socket_;
    std::string received_;
    std::mutex mutex_;
};

}  // namespace pipects::adapter
