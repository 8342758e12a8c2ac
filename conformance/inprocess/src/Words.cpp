#include <pipects/inprocess/Words.hpp>

#include <algorithm>

namespace pipects::inprocess {

namespace {

bool IsContinuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

/// The same cut as the harness makes; it counts characters, so that one of several bytes is never halved.
std::string Cut(const std::string& text) {
    constexpr std::ptrdiff_t longest = 200;
    constexpr std::ptrdiff_t shown = 120;
    const auto characters =
        std::count_if(text.begin(), text.end(), [](char it) { return !IsContinuation(it); });
    if (characters <= longest) {
        return text;
    }
    std::ptrdiff_t seen = 0;
    const auto end = std::find_if(text.begin(), text.end(),
                                  [&](char it) { return !IsContinuation(it) && seen++ == shown; });
    return std::string(text.begin(), end) + "… (" + std::to_string(characters) + " characters)";
}

std::string Joined(const std::vector<std::string>& parts, const std::string& between) {
    std::string text;
    for (const std::string& part : parts) {
        text += (text.empty() ? "" : between) + part;
    }
    return text;
}

/// JSON with a space behind each comma and colon and its keys sorted, as the harness writes it.
std::string Spaced(const Json& value) {
    std::vector<std::string> parts;
    if (value.is_object()) {
        for (const auto& [key, inner] : value.items()) {
            parts.push_back(Json(key).dump() + ": " + Spaced(inner));
        }
        std::sort(parts.begin(), parts.end());
        return "{" + Joined(parts, ", ") + "}";
    }
    if (value.is_array()) {
        std::transform(value.begin(), value.end(), std::back_inserter(parts), Spaced);
        return "[" + Joined(parts, ", ") + "]";
    }
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string SayThrows(const Json& expected) {
    const Json wanted = expected.is_string() ? Json{{"type", expected}} : expected;
    std::string text = "throws " + wanted.at("type").get<std::string>();
    if (const Json name = wanted.value("parameter", Json()); name.is_string() && name != "") {
        text += " naming " + name.get<std::string>();
    }
    if (wanted.value("derived", false)) {
        text += " or a type derived from it";
    }
    if (wanted.contains("token")) {
        text += " with the token " + Plain(wanted["token"]);
    }
    return text;
}

std::string SayArrays(const Json& arrays) {
    std::string text;
    for (const auto& [name, content] : arrays.items()) {
        text += "; " + name + " is " + Cut(content.get<std::string>());
    }
    return text;
}

}  // namespace

std::string SayExpected(const Json& expectation) {
    std::vector<std::string> parts;
    if (expectation.contains("any")) {
        const Json& any = expectation["any"];
        std::transform(any.begin(), any.end(), std::back_inserter(parts), SayExpected);
        return Joined(parts, " or ");
    }
    if (expectation.contains("throws")) {
        parts.push_back(SayThrows(expectation["throws"]));
    }
    if (expectation.contains("returns")) {
        parts.push_back("returns " + Short(expectation["returns"]));
    }
    if (expectation.contains("reads")) {
        parts.push_back("reads " + Short(expectation["reads"]) + ", and changes no other byte of the array");
    }
    if (expectation.value("keeps", false)) {
        parts.emplace_back("changes no byte of its arrays");
    }
    return parts.empty() ? "returns" : Joined(parts, ", ");
}

std::string SayActual(const Outcome& outcome) {
    if (const auto* returned = std::get_if<Returned>(&outcome)) {
        return "returned " + Short(returned->value) + SayArrays(returned->arrays);
    }
    if (const auto* threw = std::get_if<Threw>(&outcome)) {
        const bool named = threw->parameter.is_string() && threw->parameter != "";
        const bool carries = threw->token.is_string() && threw->token != "";
        return "threw " + threw->type + (named ? " naming " + Plain(threw->parameter) : "") +
               (carries ? " with the token " + Plain(threw->token) : "") + ": " +
               (threw->message.empty() ? "(no message)" : threw->message) + SayArrays(threw->arrays);
    }
    const auto& refused = std::get<Refused>(outcome);
    return "the adapter refused (" + std::to_string(refused.code) + "): " + refused.message;
}

std::string Short(const Json& value) {
    return Cut(Spaced(value));
}

std::string Plain(const Json& value) {
    return value.is_string() ? value.get<std::string>() : Spaced(value);
}

}  // namespace pipects::inprocess
