#pragma once

#include <pipects/adapter/Message.hpp>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace pipects::adapter {

/// The members of an enumeration by their documented names, as far as the implementation has them.
template <typename E>
const std::vector<std::pair<std::string, E>>& EnumerationMembers() {
    static const auto members = [] {
        std::vector<std::pair<std::string, E>> found;
#define PIPECTS_ENUMERATOR(NAME)            \
    if constexpr (requires { E::NAME; }) {  \
        found.emplace_back(#NAME, E::NAME); \
    }
        // PipeDirection
        PIPECTS_ENUMERATOR(In)
        PIPECTS_ENUMERATOR(Out)
        PIPECTS_ENUMERATOR(InOut)
        // PipeTransmissionMode
        PIPECTS_ENUMERATOR(Byte)
        PIPECTS_ENUMERATOR(Message)
        // HandleInheritability
        PIPECTS_ENUMERATOR(None)
        PIPECTS_ENUMERATOR(Inheritable)
        // SeekOrigin
        PIPECTS_ENUMERATOR(Begin)
        PIPECTS_ENUMERATOR(Current)
        PIPECTS_ENUMERATOR(End)
#undef PIPECTS_ENUMERATOR
        return found;
    }();
    return members;
}

/// The name of a value, or its number if it has none.
template <typename E>
Json EnumerationToJson(E value) {
    for (const auto& [name, member] : EnumerationMembers<E>()) {
        if (member == value) {
            return name;
        }
    }
    return static_cast<std::int64_t>(value);
}

/// The value of a name, or of a number that may name no member.
template <typename E>
E EnumerationFromJson(const Json& json) {
    if (json.is_number_integer()) {
        return static_cast<E>(json.get<std::underlying_type_t<E>>());
    }
    if (!json.is_string()) {
        throw Fault(FaultCode::WrongParameters, "an enumeration's value is a name or a number");
    }
    const auto& wanted = json.get_ref<const std::string&>();
    for (const auto& [name, member] : EnumerationMembers<E>()) {
        if (name == wanted) {
            return member;
        }
    }
    throw Fault(FaultCode::NotImplemented, "the enumeration has no member " + wanted);
}

}  // namespace pipects::adapter
