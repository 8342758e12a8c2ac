#include "Director.hpp"

#include "Handover.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pipects::director {

namespace {

std::string Told(const seccomp_notif& notification, pid_t process, const Call& call, const PipeEnd* end) {
    std::ostringstream line;
    line << notification.id << ' ' << process << ' ' << notification.pid << ' ' << NameOf(call.family) << ' '
         << call.name << ' ';
    if (end == nullptr) {
        line << "- - -";
    } else {
        line << end->descriptor << ' ' << end->pipe << ' ' << (end->end == End::Read ? "read" : "write");
    }
    line << ' ' << (MakesInheritable(notification.data, call) ? "inheritable" : "-");
    return line.str();
}

bool NeedsNoEnd(const Rule& rule) noexcept {
    return rule.pipes.empty() && !rule.end;
}

}  // namespace

void Director::Run() {
    for (bool isAsked = true; isAsked;) {
        std::vector<pollfd> entries{{commands_, POLLIN, 0},
                                    {listener_ ? listener_->Get() : socket_.Get(), POLLIN, 0}};
        for (const Transfer& transfer : waiting_) {
            entries.push_back({transfer.Get(), transfer.Events(), 0});
        }
        if (::poll(entries.data(), entries.size(), Timeout()) == -1 && errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "poll");
        }
        if (entries[0].revents != 0) {
            isAsked = ReadCommands();
        }
        if ((entries[1].revents & POLLIN) != 0) {
            listener_ ? Settle() : Accept();   // a command may have had it served already
        } else if (entries[1].revents != 0) {  // nobody is watched any more
            held_.clear();
            waiting_.clear();
            listener_.reset();
            socket_ = {};
        }
        for (Transfer& transfer : std::exchange(waiting_, {})) {
            Continue(std::move(transfer));
        }
        ReleaseLate();
    }
    KillAll();
}

bool Director::ReadCommands() {
    std::array<char, 4096> buffer{};
    const ssize_t count = ::read(commands_, buffer.data(), buffer.size());
    if (count <= 0) {
        return count == -1 && errno == EINTR;
    }
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
    for (std::size_t end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
        const std::string line = unread_.substr(0, end);
        unread_.erase(0, end + 1);
        try {
            Report("ok" + Obey(line));
        } catch (const std::invalid_argument& wrong) {
            Report(std::string("error ") + wrong.what());
        }
    }
    return true;
}

std::string Director::Obey(const std::string& line) {
    std::istringstream stream(line);
    std::string command;
    stream >> command;
    std::vector<std::string> words;
    for (std::string word; stream >> word;) {
        words.push_back(word);
    }
    if (command == "rule") {
        rules_.push_back(RuleOf(words));
    } else if (command == "go" && words.size() == 2) {
        Go(words);
    } else if (command == "drop" && words.size() == 1) {
        Drop(words[0]);
    } else if (command == "clear" && words.empty()) {
        Clear();
    } else if (command == "settle" && words.empty()) {
        Settle();
        std::string served;
        for (const pid_t thread : std::exchange(served_, {})) {
            served += ' ' + std::to_string(thread);
        }
        return served;
    } else {
        throw std::invalid_argument("no such command: " + line);
    }
    return "";
}

void Director::Go(const std::vector<std::string>& words) {
    const auto entry = std::find_if(held_.begin(), held_.end(),
                                    [&](const auto& each) { return std::to_string(each.first) == words[0]; });
    if (entry == held_.end() || !listener_) {
        throw std::invalid_argument("nothing is held as " + words[0]);
    }
    const Held held = entry->second;
    held_.erase(entry);
    static_cast<void>(Do(ActionOf(words[1]), held.notification, held.process, held.call));
}

void Director::Drop(const std::string& rule) {
    std::erase_if(rules_, [&](const Rule& each) { return each.id == rule; });
    std::erase_if(held_, [&](const auto& entry) {
        const bool isOfRule = entry.second.rule == rule;
        if (isOfRule && listener_) {
            listener_->Pass(entry.first);
        }
        return isOfRule;
    });
}

void Director::Clear() {
    rules_.clear();
    if (listener_) {
        for (const auto& [notification, held] : held_) {
            listener_->Pass(notification);
        }
        for (const Transfer& transfer : waiting_) {
            listener_->Pass(transfer.Notification());
        }
    }
    held_.clear();
    waiting_.clear();
    processes_.clear();
    served_.clear();
}

void Director::Settle() {
    constexpr int atOnce = 64;  // a thread that calls and calls is never done
    for (int call = 0; listener_ && call < atOnce; ++call) {
        pollfd entry{listener_->Get(), POLLIN, 0};
        if (::poll(&entry, 1, 0) != 1 || (entry.revents & POLLIN) == 0) {
            return;
        }
        Serve();
    }
}

void Director::Accept() {
    Descriptor given = TakeOver(socket_.Get());
    socket_ = {};
    if (given) {
        listener_.emplace(std::move(given));
        Report("listening");
    }
}

void Director::Serve() {
    const auto notification = listener_->Receive();
    if (!notification) {
        return;
    }
    served_.insert(static_cast<pid_t>(notification->pid));
    const auto call = CallOf(notification->data);
    const pid_t process = call ? Process(*notification, *call) : 0;
    if (process == 0 || rules_.empty()) {
        listener_->Pass(notification->id);
    } else {
        Judge(*notification, process, *call);
    }
}

pid_t Director::Process(const seccomp_notif& notification, const Call& call) {
    const auto thread = static_cast<pid_t>(notification.pid);
    pid_t& process = processes_[thread];
    if (process == 0) {
        process = ProcessOf(thread);
    }
    if (process != 0 && (call.family == Family::Exec || !handles_.contains(process))) {
        handles_[process] = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
    }
    return process;
}

void Director::Judge(const seccomp_notif& notification, pid_t process, const Call& call) {
    const bool looks = std::any_of(rules_.begin(), rules_.end(),
                                   [&](const Rule& rule) { return rule.IsAbout(call, process); });
    const auto ends = looks ? EndsOf(process, notification.data, call) : std::vector<PipeEnd>();
    const PipeEnd* met = nullptr;
    Rule* const rule = looks ? RuleFor(notification, process, call, ends, met) : nullptr;
    if (rule == nullptr || !listener_->Waits(notification.id)) {
        listener_->Pass(notification.id);
        return;
    }
    const Action action = rule->Next();
    const std::string told = rule->id + " " + Told(notification, process, call, met);
    if (const Hold* const hold = std::get_if<Hold>(&action)) {
        held_.insert(
            {notification.id, {rule->id, notification, process, call, Clock::now() + hold->longest}});
        ++rule->done;
        Report("held " + told);
        return;
    }
    if (Do(action, notification, process, call)) {
        ++rule->done;
        Report("met " + told);
    }
}

Rule* Director::RuleFor(const seccomp_notif& notification, pid_t process, const Call& call,
                        const std::vector<PipeEnd>& ends, const PipeEnd*& met) {
    for (Rule& rule : rules_) {
        if (!rule.IsAbout(call, process)) {
            continue;
        }
        if (rule.end && NamesNoEnd(call) && std::holds_alternative<Hold>(rule.Next())) {
            continue;
        }
        const auto end = std::find_if(ends.begin(), ends.end(), [&](const PipeEnd& each) {
            return (rule.pipes.empty() || rule.pipes.contains(each.pipe)) &&
                   (!rule.end || rule.end == each.end);
        });
        if (end == ends.end() && !NeedsNoEnd(rule)) {
            continue;
        }
        if (rule.skip > 0) {
            --rule.skip;
            continue;
        }
        met = end == ends.end() ? nullptr : &*end;
        if (std::holds_alternative<Note>(rule.Next())) {
            Report("met " + rule.id + " " + Told(notification, process, call, met));
            ++rule.done;
            continue;  // who takes notes is in nobody's way
        }
        return &rule;
    }
    return nullptr;
}

bool Director::Do(const Action& action, const seccomp_notif& notification, pid_t process, const Call& call) {
    if (const Fail* const fail = std::get_if<Fail>(&action)) {
        listener_->Answer(notification.id, 0, fail->error);
        return true;
    }
    const Shorten* const shorten = std::get_if<Shorten>(&action);
    auto transfer =
        shorten != nullptr ? Transfer::Of(notification, process, call, shorten->bytes) : std::nullopt;
    if (!transfer) {
        listener_->Pass(notification.id);
        return shorten == nullptr;
    }
    switch (transfer->Make(*listener_)) {
        case Transfer::Try::Answered:
            return true;
        case Transfer::Try::MustPass:
            listener_->Pass(notification.id);
            return false;
        default:
            break;
    }
    if (transfer->Waits()) {
        waiting_.push_back(std::move(*transfer));
        return true;
    }
    listener_->Answer(notification.id, 0, EAGAIN);
    return false;
}

void Director::Continue(Transfer transfer) {
    switch (transfer.Make(*listener_)) {
        case Transfer::Try::Answered:
            return;
        case Transfer::Try::MustPass:
            listener_->Pass(transfer.Notification());
            return;
        default:
            waiting_.push_back(std::move(transfer));
    }
}

void Director::ReleaseLate() {
    const auto now = Clock::now();
    std::erase_if(held_, [&](const auto& entry) {
        const bool isLate = entry.second.until <= now;
        if (isLate && listener_) {
            listener_->Pass(entry.first);
            Report("late " + std::to_string(entry.first));
        }
        return isLate;
    });
}

int Director::Timeout() const {
    constexpr int forEver = -1;
    if (held_.empty()) {
        return forEver;
    }
    const auto first = std::min_element(held_.begin(), held_.end(), [](const auto& left, const auto& right) {
        return left.second.until < right.second.until;
    });
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(first->second.until - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

void Director::KillAll() {
    for (const auto& [process, handle] : handles_) {
        static_cast<void>(::syscall(SYS_pidfd_send_signal, handle.Get(), SIGKILL, nullptr, 0));
    }
}

void Director::Report(const std::string& line) const {
    const std::string text = line + "\n";
    static_cast<void>(
        ::write(reports_, text.data(), text.size()));  // who does not listen closes his commands, too
}

}  // namespace pipects::director
