#pragma once

#include <pipects/adapter/Constructors.hpp>
#include <pipects/adapter/TypeName.hpp>

#include <string>
#include <type_traits>

// What C++ tells of a declaration. It knows no interfaces, and a member's virtual, override and parameter types can't be
// asked for by name: these are left out.

namespace pipects::adapter {

template <typename Traits, typename E>
Json DescribeEnumeration() {
    Json values = Json::object();
    for (const auto& [name, value] : EnumerationMembers<E>()) {
        values[name] = static_cast<std::underlying_type_t<E>>(value);
    }
    return {{"kind", "enum"},
            {"namespace", NamespaceOf(typeid(E))},
            {"public", true},
            {"values", values},
            {"underlying", DocumentedType<Traits, std::underlying_type_t<E>>()}};
}

template <typename Traits, typename T>
Json DescribeClass() {
    Json described{{"kind", "class"},
                   {"namespace", NamespaceOf(typeid(T))},
                   {"public", true},
                   {"sealed", std::is_final_v<T>},
                   {"abstract", std::is_abstract_v<T>}};
    const auto nameBase = [&]<typename Base>(const char* name) {
        if (std::is_base_of_v<Base, T> && !std::is_same_v<Base, T> && !described.contains("base")) {
            described["base"] = name;
        }
    };
    nameBase.template operator()<typename Traits::PipeStream>("PipeStream");
    nameBase.template operator()<typename Traits::Stream>("Stream");
    return described;
}

template <typename Traits, typename T>
Json DescribeMember(const std::string& type, const std::string& member) {
    if constexpr (std::is_class_v<T>) {
        const auto& members = MembersOf<Traits, T>();
        if (const auto* property = members.PropertyOf(member)) {
            return {{"kind", "property"},
                    {"access", "public"},
                    {"type", property->type},
                    {"get", static_cast<bool>(property->get)},
                    {"set", static_cast<bool>(property->set)},
                    {"static", false}};
        }
        if (const auto& overloads = members.OverloadsOf(member); !overloads.empty()) {
            return {{"kind", "method"}, {"access", "public"}, {"type", overloads.front().type}, {"static", false}};
        }
        if (StaticMembers<Traits>().Has(member)) {
            return {{"kind", "method"}, {"access", "public"}, {"type", "Stream"}, {"static", true}};
        }
        if ((member == type || member == ".ctor") && Constructors<Traits>().Has(type)) {
            return {{"kind", "constructor"}, {"access", "public"}};
        }
    }
    throw Fault(FaultCode::NotImplemented, "there is no public member " + type + "." + member);
}

template <typename Traits>
Json Describe(const std::string& type, const std::string& member) {
    Json described;
    const auto consider = [&]<typename T>(const char* name) {
        if constexpr (Present<T>) {
            if (type == name) {
                if (!member.empty()) {
                    described = DescribeMember<Traits, T>(type, member);
                } else if constexpr (std::is_enum_v<T>) {
                    described = DescribeEnumeration<Traits, T>();
                } else {
                    described = DescribeClass<Traits, T>();
                }
            }
        }
    };
    consider.template operator()<typename Traits::AnonymousPipeServerStream>("AnonymousPipeServerStream");
    consider.template operator()<typename Traits::AnonymousPipeClientStream>("AnonymousPipeClientStream");
    consider.template operator()<typename Traits::PipeStream>("PipeStream");
    consider.template operator()<typename Traits::Stream>("Stream");
    consider.template operator()<typename Traits::SafePipeHandle>("SafePipeHandle");
    consider.template operator()<typename Traits::PipeDirection>("PipeDirection");
    consider.template operator()<typename Traits::PipeTransmissionMode>("PipeTransmissionMode");
    consider.template operator()<typename Traits::HandleInheritability>("HandleInheritability");
    consider.template operator()<typename Traits::SeekOrigin>("SeekOrigin");
    if (described.is_null()) {
        throw Fault(FaultCode::NotImplemented, "there is no type " + type);
    }
    return described;
}

} // namespace pipects::adapter
