#include "Director.hpp"

#include <charconv>
#include <csignal>
#include <exception>
#include <iostream>
#include <string_view>

#include <unistd.h>

// Directs the system calls of the processes that pipects-directed has become: commands come from standard
// input, reports go to standard output.

int main(int count, char** words) {
    constexpr int couldNot = 2;
    if (count != 2) {
        std::cerr << "usage: pipects-director SOCKET\n";
        return couldNot;
    }
    try {
        const std::string_view text(words[1]);
        int socket = -1;
        std::from_chars(text.data(), text.data() + text.size(), socket);
        std::signal(SIGPIPE, SIG_IGN);
        std::signal(SIGINT, SIG_IGN);  // the harness ends first, and with it the commands
        pipects::director::Director director(pipects::director::Descriptor(socket), STDIN_FILENO,
                                             STDOUT_FILENO);
        director.Run();
    } catch (const std::exception& error) {
        std::cerr << "pipects-director: " << error.what() << '\n';
        return couldNot;
    }
    return 0;
}
