#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace System::IO::Detail {

/// How many bytes at the start of `left` make a character, or are the longest beginning of one.
/// @param isWhole set to whether they make one
inline std::size_t LeadingCharacter(std::string_view left, bool& isWhole) noexcept {
    const auto at = [&](std::size_t index) { return static_cast<unsigned char>(left[index]); };
    const unsigned lead = at(0);
    std::size_t length = lead < 0x80   ? 1
                         : lead < 0xC2 ? 0
                         : lead < 0xE0 ? 2
                         : lead < 0xF0 ? 3
                         : lead < 0xF5 ? 4
                                       : 0;
    isWhole = false;
    if (length == 0) {
        return 1;
    }
    for (std::size_t index = 1; index < length; ++index) {
        unsigned least = 0x80;
        unsigned most = 0xBF;
        if (index == 1) {  // no longer form than it takes, no surrogate, nothing above U+10FFFF
            least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : least;
            most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : most;
        }
        if (index == left.size() || at(index) < least || at(index) > most) {
            return index;
        }
    }
    isWhole = true;
    return length;
}

/// `text` with U+FFFD where it holds no character of UTF-8. [text.reader.cut-character]
inline std::string WithReplacements(std::string text) {
    std::string replaced;
    std::size_t kept = 0;  // of the text, up to here
    for (std::size_t at = 0; at < text.size();) {
        bool isWhole = false;
        const std::size_t length = LeadingCharacter(std::string_view(text).substr(at), isWhole);
        if (!isWhole) {
            replaced.append(text, kept, at - kept).append("\xEF\xBF\xBD");
            kept = at + length;
        }
        at += length;
    }
    return kept == 0 ? std::move(text) : std::move(replaced.append(text, kept));
}

}  // namespace System::IO::Detail
