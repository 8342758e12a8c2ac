#include <pipects/adapter/Bytes.hpp>
#include <pipects/inprocess/Matching.hpp>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

namespace pipects::inprocess {

namespace {

/// The documented hierarchy: a program that catches a type catches what derives from it.
const std::map<std::string, std::string>& Bases() {
    static const std::map<std::string, std::string> bases{
        {"ArgumentNullException", "ArgumentException"},
        {"ArgumentOutOfRangeException", "ArgumentException"},
        {"ArgumentException", "SystemException"},
        {"EndOfStreamException", "IOException"},
        {"IOException", "SystemException"},
        {"ObjectDisposedException", "InvalidOperationException"},
        {"InvalidOperationException", "SystemException"},
        {"PlatformNotSupportedException", "NotSupportedException"},
        {"NotSupportedException", "SystemException"},
        {"TaskCanceledException", "OperationCanceledException"},
        {"OperationCanceledException", "SystemException"},
        {"UnauthorizedAccessException", "SystemException"},
        {"SystemException", "Exception"},
    };
    return bases;
}

bool IsSpecial(const Json& expected) {
    static const std::set<std::string> special{"at-least", "at-most", "not",   "one-of", "matches",
                                               "type",     "same",    "bytes", "only"};
    const auto items = expected.items();
    return !expected.empty() &&
           std::all_of(items.begin(), items.end(), [](const auto& it) { return special.contains(it.key()); });
}

bool HasEvery(const Json& expected, const Json& actual) {
    const auto items = expected.items();
    return actual.is_object() && std::all_of(items.begin(), items.end(), [&](const auto& it) {
               return actual.contains(it.key()) && Matches(it.value(), actual[it.key()]);
           });
}

std::string HexOf(const Json& bytes) {
    return adapter::ToHex(MakeBytes(bytes));
}

bool MatchesSpecial(const std::string& key, const Json& wanted, const Json& actual) {
    if (key == "at-least") {
        return actual.is_number() && actual >= wanted;
    }
    if (key == "at-most") {
        return actual.is_number() && actual <= wanted;
    }
    if (key == "not") {
        return !Matches(wanted, actual);
    }
    if (key == "one-of") {
        return std::any_of(wanted.begin(), wanted.end(), [&](const Json& it) { return Matches(it, actual); });
    }
    if (key == "matches") {
        return actual.is_string() &&
               std::regex_search(actual.get<std::string>(), std::regex(wanted.get<std::string>()));
    }
    if (key == "only") {
        return actual.is_object() && actual.size() == wanted.size() && Matches(wanted, actual);
    }
    if (key == "bytes") {
        return actual.is_object() && actual.contains("bytes") && actual["bytes"].is_object() &&
               actual["bytes"].value("hex", Json()) == HexOf(wanted);
    }
    return actual.is_object() && actual.value(key, Json()) == wanted;
}

bool Throws(const Json& expected, const Threw& outcome) {
    const Json wanted = expected.is_string() ? Json{{"type", expected}} : expected;
    const auto type = wanted.at("type").get<std::string>();
    if (wanted.value("derived", false) ? !Derives(outcome.type, type) : outcome.type != type) {
        return false;
    }
    if (wanted.contains("parameter") && outcome.parameter != wanted["parameter"]) {
        return false;
    }
    if (wanted.contains("token") && outcome.token != wanted["token"]) {
        return false;
    }
    return !outcome.message.empty();
}

/// An array that a step spelled out in place.
std::vector<std::uint8_t> ArrayOf(const Json& arguments, const std::string& parameter) {
    if (!arguments.contains(parameter)) {
        throw Malformed("the step spells out no array called '" + parameter + "'");
    }
    return MakeBytes(arguments[parameter]);
}

bool Reads(const Json& expected, const Returned& outcome, const Json& arguments) {
    const auto wanted = MakeBytes(expected);
    auto array = ArrayOf(arguments, "buffer");
    const auto offset = std::min(arguments.value("offset", std::size_t{0}), array.size());
    const auto replaced = std::min(wanted.size(), array.size() - offset);
    const auto start = array.begin() + static_cast<std::ptrdiff_t>(offset);
    array.insert(array.erase(start, start + static_cast<std::ptrdiff_t>(replaced)), wanted.begin(),
                 wanted.end());
    const bool countFits = outcome.value.is_null() || Matches(wanted.size(), outcome.value);
    return countFits && outcome.arrays.value("buffer", Json()) == adapter::ToHex(array);
}

/// An array that is not in the answer is one that was null or too large to be shown.
bool Keeps(const Json& after, const Json& arguments) {
    const auto items = after.items();
    return std::all_of(items.begin(), items.end(), [&](const auto& it) {
        return it.value() == adapter::ToHex(ArrayOf(arguments, it.key()));
    });
}

}  // namespace

Outcome OutcomeOf(const Json& answer) {
    if (const auto error = answer.find("error"); error != answer.end()) {
        return Refused{error->at("code").get<int>(), error->value("message", "")};
    }
    const Json& result = answer.at("result");
    const Json arrays = result.value("bytes", Json::object());
    if (result.contains("returned")) {
        return Returned{result["returned"], arrays};
    }
    const Json& threw = result.at("threw");
    return Threw{threw.at("type").get<std::string>(), threw.value("parameter", Json()),
                 threw.value("message", ""), threw.value("token", Json()), arrays};
}

bool Derives(const std::string& name, const std::string& base) {
    const auto found = Bases().find(name);
    return name == base || (found != Bases().end() && Derives(found->second, base));
}

std::vector<std::uint8_t> MakeBytes(const Json& bytes) {
    return adapter::MakeBytes(Message(bytes));
}

bool Matches(const Json& expected, const Json& actual) {
    if (expected.is_object()) {
        if (!IsSpecial(expected)) {
            return HasEvery(expected, actual);
        }
        const auto items = expected.items();
        return std::all_of(items.begin(), items.end(),
                           [&](const auto& it) { return MatchesSpecial(it.key(), it.value(), actual); });
    }
    if (expected.is_array()) {
        return actual.is_array() &&
               std::equal(expected.begin(), expected.end(), actual.begin(), actual.end(), Matches);
    }
    if (expected.is_boolean() != actual.is_boolean()) {
        return false;
    }
    return expected == actual;
}

bool Holds(const Json& expectation, const Outcome& outcome, const Json& arguments) {
    if (std::holds_alternative<Refused>(outcome)) {
        return false;
    }
    if (const auto any = expectation.find("any"); any != expectation.end()) {
        return std::any_of(any->begin(), any->end(),
                           [&](const Json& it) { return Holds(it, outcome, arguments); });
    }
    const auto* returned = std::get_if<Returned>(&outcome);
    const auto* threw = std::get_if<Threw>(&outcome);
    if (const auto throws = expectation.find("throws"); throws != expectation.end()) {
        if (threw == nullptr || !Throws(*throws, *threw)) {
            return false;
        }
    } else if (returned == nullptr) {
        return false;
    }
    if (const auto wanted = expectation.find("returns"); wanted != expectation.end()) {
        if (returned == nullptr || !Matches(*wanted, returned->value)) {
            return false;
        }
    }
    if (const auto wanted = expectation.find("reads"); wanted != expectation.end()) {
        if (returned == nullptr || !Reads(*wanted, *returned, arguments)) {
            return false;
        }
    }
    return !expectation.value("keeps", false) ||
           Keeps(returned != nullptr ? returned->arrays : threw->arrays, arguments);
}

}  // namespace pipects::inprocess
