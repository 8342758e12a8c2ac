#pragma once

#include <pipects/adapter/Message.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The protocol's BYTES: text, hex, a number of equal bytes, or a pattern.

namespace pipects::adapter {

using Array = std::vector<std::uint8_t>;

/// Byte `index` of the pattern with that seed. Unsigned arithmetic of 32 bits is the rule's "mod 2^32".
constexpr std::uint8_t PatternByte(std::uint32_t seed, std::uint64_t index) noexcept {
    const auto mixed =
        static_cast<std::uint32_t>(static_cast<std::uint32_t>(index) * 2654435761U + seed * 2246822519U);
    return static_cast<std::uint8_t>(mixed >> 16U);
}

inline void FillWithPattern(std::span<std::uint8_t> bytes, std::uint32_t seed,
                            std::uint64_t first = 0) noexcept {
    for (std::uint8_t& byte : bytes) {
        byte = PatternByte(seed, first++);
    }
}

/// Where `bytes` first differ from the pattern from its byte `first` on, or -1.
inline std::int64_t FirstDifference(std::span<const std::uint8_t> bytes, std::uint32_t seed,
                                    std::uint64_t first = 0) noexcept {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] != PatternByte(seed, first + i)) {
            return static_cast<std::int64_t>(i);
        }
    }
    return -1;
}

/// The first index in a part of an array whose byte is not the pattern's at the same index, or -1.
inline std::int64_t FirstDifferenceWithin(std::span<const std::uint8_t> bytes, std::uint32_t seed,
                                          std::int64_t offset, std::int64_t count) {
    const auto length = static_cast<std::int64_t>(bytes.size());
    if (offset < 0 || count < 0 || offset > length || count > length - offset) {
        throw Fault(FaultCode::WrongParameters, "'offset' and 'count' go beyond the array");
    }
    const auto first = static_cast<std::size_t>(offset);
    const std::int64_t difference =
        FirstDifference(bytes.subspan(first, static_cast<std::size_t>(count)), seed, first);
    return difference < 0 ? difference : offset + difference;
}

inline std::string ToHex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 0xfU];
    }
    return text;
}

inline std::uint8_t HexDigit(char digit) {
    if (digit >= '0' && digit <= '9') {
        return static_cast<std::uint8_t>(digit - '0');
    }
    if (digit >= 'a' && digit <= 'f') {
        return static_cast<std::uint8_t>(digit - 'a' + 10);
    }
    if (digit >= 'A' && digit <= 'F') {
        return static_cast<std::uint8_t>(digit - 'A' + 10);
    }
    throw Fault(FaultCode::WrongParameters, "hex has an even number of digits 0-9a-f");
}

inline Array FromHex(std::string_view text) {
    if (text.size() % 2 != 0) {
        throw Fault(FaultCode::WrongParameters, "hex has an even number of digits 0-9a-f");
    }
    Array bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>((HexDigit(text[i]) << 4U) | HexDigit(text[i + 1])));
    }
    return bytes;
}

/// A whole number, from `parameters[name]`, that must not be negative.
inline std::uint64_t Unsigned(const Json& parameters, const char* name) {
    const auto found = parameters.find(name);
    if (found == parameters.end() || !found->is_number_integer() || *found < 0) {
        throw Fault(FaultCode::WrongParameters, "'" + std::string(name) + "' must be a number from 0 on");
    }
    return found->get<std::uint64_t>();
}

/// Seeds are taken modulo 2^32, as the rule takes them.
inline std::uint32_t Seed(const Json& parameters) {
    return static_cast<std::uint32_t>(Unsigned(parameters, "pattern"));
}

inline Array MakeBytes(const Json& description) {
    constexpr std::uint64_t largest = std::uint64_t{1} << 31U;
    constexpr std::uint8_t filler = 0xa5;
    if (!description.is_object()) {
        throw Fault(FaultCode::WrongParameters, "bytes are described by an object");
    }
    if (const auto text = description.find("text"); text != description.end() && text->is_string()) {
        const auto& characters = text->get_ref<const std::string&>();
        return {characters.begin(), characters.end()};
    }
    if (const auto hex = description.find("hex"); hex != description.end() && hex->is_string()) {
        return FromHex(hex->get_ref<const std::string&>());
    }
    const std::uint64_t length = Unsigned(description, "length");
    if (length > largest) {
        throw Fault(FaultCode::WrongParameters, "'length' is too large");
    }
    Array bytes(static_cast<std::size_t>(length), filler);
    if (description.contains("pattern")) {
        FillWithPattern(bytes, Seed(description));
    }
    return bytes;
}

}  // namespace pipects::adapter
