#include "Progress.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace pipects::inprocess {

namespace {

constexpr const char* variable = "PIPECTS_RESUMED=";
constexpr std::size_t digits = 6;  // of a count, so that a handler can write it in place

struct Fatal {
    int number;
    const char* name;
};
constexpr std::array<Fatal, 6> fatal{{{SIGPIPE, "SIGPIPE"},
                                      {SIGABRT, "SIGABRT"},
                                      {SIGSEGV, "SIGSEGV"},
                                      {SIGBUS, "SIGBUS"},
                                      {SIGFPE, "SIGFPE"},
                                      {SIGILL, "SIGILL"}}};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool isSanitized = true;
#else
constexpr bool isSanitized = false;
#endif

Progress* current = nullptr;  // NOLINT: a signal handler is given nothing else

std::string EndedWith(const char* signal) {
    return std::string("the process 'parent' ended with signal ") + signal;
}

/// What a signal handler may call to print.
void Print(const char* text) {
    for (std::size_t left = std::strlen(text); left > 0;) {
        const ssize_t written = ::write(STDERR_FILENO, text, left);
        if (written <= 0) {
            return;
        }
        text += written;
        left -= static_cast<std::size_t>(written);
    }
}

}  // namespace

Progress::Progress(std::size_t rows, char** argv, bool goesOn, const Draft& draft)
    : done_(rows, false), argv_(argv), goesOn_(goesOn), draft_(draft) {
    ReadResumed();
    resumed_ = variable + std::string(rows + 2 * digits, '0');
    for (char** each = environ; *each != nullptr; ++each) {
        if (std::strncmp(*each, variable, std::strlen(variable)) != 0) {
            environment_.push_back(*each);
        }
    }
    environment_.push_back(resumed_.data());
    environment_.push_back(nullptr);
    current = this;
}

Progress::~Progress() {
    current = nullptr;
}

void Progress::ReadResumed() {
    const std::string name(variable, std::strlen(variable) - 1);
    const char* const text = std::getenv(name.c_str());
    if (text == nullptr || std::strlen(text) != done_.size() + 2 * digits) {
        return;
    }
    isResumed_ = true;
    const std::string content = text;
    broken_ = std::stoi(content.substr(0, digits));
    executed_ = std::stoi(content.substr(digits, digits));
    for (std::size_t row = 0; row < done_.size(); ++row) {
        done_[row] = content[2 * digits + row] == '1';
    }
}

/// Called by a signal handler, too: in place, without an allocation.
void Progress::WriteResumed() {
    char* const at = resumed_.data() + std::strlen(variable);
    const auto count = [](char* place, int value) {
        for (std::size_t i = digits; i-- > 0; value /= 10) {
            place[i] = static_cast<char>('0' + value % 10);
        }
    };
    count(at, broken_);
    count(at + digits, executed_);
    for (std::size_t row = 0; row < done_.size(); ++row) {
        at[2 * digits + row] = done_[row] ? '1' : '0';
    }
}

void Progress::Begin(std::size_t row, const Test& test, const std::string& name, const Deviations& known) {
    done_[row] = true;
    test_ = &test;
    head_ = name + ": " + test.id + "\n  " + test.title + "\n  requires  ";
    noReader_ = test.blame.noReader.Described();
    Step(0);
    step_ = "before the first step";
    knownSignals_.clear();
    for (const Fatal& each : fatal) {
        if (Explanation(known, test.id, "crash", EndedWith(each.name)) != nullptr) {
            knownSignals_.push_back(each.number);
        }
    }
    for (const Fatal& each : fatal) {
        // Boost.Test's handlers allocate, which a process whose heap is spoilt can't; a sanitizer tells more.
        const bool isKnown = std::count(knownSignals_.begin(), knownSignals_.end(), each.number) != 0;
        struct sigaction now {};
        ::sigaction(each.number, nullptr, &now);
        if (isKnown || (each.number == SIGPIPE ? now.sa_handler == SIG_DFL : !isSanitized)) {
            struct sigaction ours {};
            ours.sa_handler = OnSignal;
            ours.sa_flags = SA_ONSTACK;  // a stack may have overflowed
            ::sigaction(each.number, &ours, nullptr);
            caught_.push_back(each.number);
        }
    }
}

void Progress::Step(std::size_t step) {
    const Requirement broken = test_->BrokenAt(step);
    rule_ = broken.Described();
    step_ = std::to_string(step + 1) + ": " + test_->steps.at(step).text;
    draftedCrash_ = draft_.CrashOf(*test_, broken);
}

void Progress::End() {
    for (const int number : caught_) {
        ::signal(number, SIG_DFL);
    }
    caught_.clear();
}

void Progress::OnSignal(int signal) {
    Progress& self = *current;
    const bool known =
        std::find(self.knownSignals_.begin(), self.knownSignals_.end(), signal) != self.knownSignals_.end();
    const auto found =
        std::find_if(fatal.begin(), fatal.end(), [&](const Fatal& each) { return each.number == signal; });
    Print(known ? "known deviation: CRASH  " : "CRASH  ");
    Print(self.head_.c_str());
    Print((signal == SIGPIPE ? self.noReader_ : self.rule_).c_str());
    Print("\n  step      ");
    Print(self.step_.c_str());
    Print("\n  expected  the process goes on\n  actual    the process 'parent' ended with signal ");
    Print(found->name);
    Print("\n");
    if (!known) {
        self.draft_.NoteCrash(self.draftedCrash_, found->name);
    }
    if (!known && !self.goesOn_) {
        ::signal(signal, SIG_DFL);
        sigset_t one;
        ::sigemptyset(&one);
        ::sigaddset(&one, signal);
        ::sigprocmask(SIG_UNBLOCK, &one, nullptr);
        ::raise(signal);
    }
    self.Leave(known);
}

void Progress::Leave(bool known) {
    if (!known) {
        ++broken_;
    }
    if (goesOn_) {
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        for (const int number : caught_) {
            ::signal(number, SIG_DFL);
        }
        constexpr int most = 4096;
        for (int descriptor = 3; descriptor < most; ++descriptor) {
            ::close(descriptor);
        }
        WriteResumed();
        ::execve("/proc/self/exe", argv_, environment_.data());
        Print("pipects: the program can't be started again\n");
    }
    if (known) {
        ::_exit(0);
    }
    system::Abort();
}

}  // namespace pipects::inprocess
