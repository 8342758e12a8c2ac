// Answers the harness's questions about Windows processes: a line asks, lines answer, and a line "." ends an
// answer. What can't be answered is a line that begins with "!".
#include "Handles.hpp"
#include "Processes.hpp"

#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

namespace {

using namespace pipects::observer;

/** Which system this is: Wine says so by a function that Windows lacks. */
std::string System() {
    using Version = const char* (*)();
    const FARPROC version = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version");
    if (version == nullptr) return "windows";
    return std::string("wine ") + reinterpret_cast<Version>(reinterpret_cast<void*>(version))();
}

class Observer {
  public:
    void Answer(std::istream& questions, std::ostream& answers) {
        for (std::string line; std::getline(questions, line);) {
            std::istringstream words(line);
            std::ostringstream lines;
            try {
                Ask(words, lines);
            } catch (const std::exception& failure) {
                lines.str("");
                lines << '!' << failure.what() << '\n';
            }
            answers << lines.str() << ".\n" << std::flush;
        }
    }

  private:
    void Ask(std::istringstream& words, std::ostringstream& lines) {
        std::string verb;
        DWORD pid = 0;
        words >> verb;
        if (verb == "hello") {
            lines << "1 " << System() << '\n';
            return;
        }
        if (!(words >> pid)) throw std::runtime_error("no process is named");
        if (verb == "watch") {
            watched.Add(pid);
            listing.Forget(pid);
            lines << ParentOf(watched.Of(pid)) << '\n';
        } else if (verb == "unwatch") {
            watched.Remove(pid);
        } else if (verb == "state") {
            const auto status = ExitOf(watched.Of(pid));
            lines << (status ? "ended " + std::to_string(static_cast<LONG>(*status)) : "runs") << '\n';
        } else if (verb == "kill") {
            UINT status = 0;
            words >> status;
            TerminateProcess(watched.Of(pid), status);
        } else if (verb == "handles" || verb == "try") {
            const HANDLE process = watched.Of(pid);
            std::string how;
            std::uint64_t number = 0;
            words >> how;
            const std::optional<std::uint64_t> only = words >> number ? std::optional(number) : std::nullopt;
            for (const Handle& each :
                 verb == "try" ? TriedFilesOf(process) : listing.FilesOf(process, pid, how == "fresh", only))
                lines << each.number << ' ' << each.access << ' ' << each.inheritable << ' '
                      << each.nonblocking << ' ' << each.kind << ' ' << each.name << '\n';
        } else if (verb == "pipe") {
            std::uint64_t number = 0;
            words >> number;
            const auto content = ContentOf(watched.Of(pid), number);
            if (!content) throw std::runtime_error("the handle is on no pipe");
            lines << content->unread << ' ' << content->capacity << '\n';
        } else if (verb == "threads") {
            for (const Thread& each : ThreadsOf(pid))
                lines << each.id << ' ' << each.state << ' ' << each.switches << '\n';
        } else {
            throw std::runtime_error("unknown: " + verb);
        }
    }

    Watched watched;
    Listing listing;
};

}  // namespace

int main() {
    Observer().Answer(std::cin, std::cout);
}
