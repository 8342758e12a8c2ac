#pragma once

#include <pipects/adapter/Constructors.hpp>
#include <pipects/adapter/TypeName.hpp>

#include <set>
#include <string>
#include <type_traits>

// What C++ tells of a declaration. It knows no interfaces, and a member's virtual, override and parameter
// types can't be asked for by name: these are left out. So is the access of what is protected, which .NET has
// in two kinds, and the type of a task, which .NET has in two kinds as well.

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
Json DescribeClass(const std::string& type) {
    Json described{{"kind", "class"},
                   {"namespace", NamespaceOf(typeid(T))},
                   {"public", true},
                   {"sealed", std::is_final_v<T>}};
    if (std::is_abstract_v<T> ||
        Constructors<Traits>().Has(type)) {  // else its constructors may be protected: no telling
        described["abstract"] = std::is_abstract_v<T>;
    }
    const auto nameBase = [&]<typename Base>(const char* name) {
        if (std::is_base_of_v<Base, T> && !std::is_same_v<Base, T> && !described.contains("base")) {
            described["base"] = name;
        }
    };
    nameBase.template operator()<typename Traits::PipeStream>("PipeStream");
    nameBase.template operator()<typename Traits::Stream>("Stream");
    return described;
}

/// What a class that derives from `Base` can reach though others cannot.
template <typename Base>
struct Derived : Base {
    static bool HasProtectedMethod(const std::string& member) {
        return (member == "CheckPipePropertyOperations" &&
                requires(Derived & it) { it.CheckPipePropertyOperations(); }) ||
               (member == "CheckReadOperations" && requires(Derived & it) { it.CheckReadOperations(); }) ||
               (member == "CheckWriteOperations" && requires(Derived & it) { it.CheckWriteOperations(); }) ||
               (member == "InitializeHandle" &&
                requires(Derived & it) { it.InitializeHandle(nullptr, true, true); });
    }
    static bool HasProtectedGetter(const std::string& member) {
        return member == "IsHandleExposed" && requires(Derived & it) {
            it.IsHandleExposed();
        };
    }
    static bool HasProtectedSetter(const std::string& member) {
        return member == "IsConnected" && requires(Derived & it) {
            it.SetIsConnected(true);
        };
    }
};

template <typename Traits, typename T>
Json DescribeProperty(const typename Table<Traits, T>::Accessors& property, const std::string& member) {
    Json described{{"kind", "property"}, {"access", "public"},
                   {"static", false},    {"type", property.type},
                   {"get", "public"},    {"set", property.set != nullptr ? Json("public") : Json(false)}};
    if constexpr (Present<typename Traits::PipeStream>) {
        if (Derived<typename Traits::PipeStream>::HasProtectedSetter(member)) {
            described["set"] = "protected";
        }
    }
    return described;
}

/// @param overload parameter names, null if it doesn't matter which of several overloads is told of
template <typename Traits, typename T>
Json DescribeMethod(const std::string& member, const Json& overload) {
    for (const auto& candidate : MembersOf<Traits, T>().OverloadsOf(member)) {
        if (overload.is_null() || candidate.parameters == overload.get<std::set<std::string>>()) {
            Json described{{"kind", "method"}, {"access", "public"}, {"static", false}};
            if (candidate.type != "Task") {
                described["type"] = candidate.type;
            }
            return described;
        }
    }
    return nullptr;
}

/// Null for what the implementation keeps from other classes, or does not have.
template <typename Traits, typename T>
Json DescribePublicMember(const std::string& type, const std::string& member, const Json& overload) {
    if (const auto* property = MembersOf<Traits, T>().PropertyOf(member)) {
        return DescribeProperty<Traits, T>(*property, member);
    }
    if (Json method = DescribeMethod<Traits, T>(member, overload); !method.is_null()) {
        return method;
    }
    if (member == "Synchronized" && StaticMembers<Traits>().Has(member)) {
        return {{"kind", "method"}, {"access", "public"}, {"static", true}, {"type", "Stream"}};
    }
    if (member == ".ctor") {
        const bool creatable = Constructors<Traits>().Has(type);
        if (creatable && !overload.is_null() &&
            !Constructors<Traits>().HasOverload(type, overload.get<std::set<std::string>>())) {
            return nullptr;
        }
        return creatable ? Json{{"kind", "constructor"}, {"access", "public"}}
                         : Json{{"kind", "constructor"}};
    }
    return nullptr;
}

template <typename Traits>
Json DescribeProtectedMember(const std::string& member) {
    if constexpr (Present<typename Traits::PipeStream>) {
        using Inside = Derived<typename Traits::PipeStream>;
        if (Inside::HasProtectedMethod(member)) {
            return {{"kind", "method"}, {"static", false}};
        }
        if (Inside::HasProtectedGetter(member)) {
            return {{"kind", "property"}, {"static", false}, {"set", false}};
        }
    }
    return nullptr;
}

/// @param member a name, or a name with the types of parameters ("Dispose(Boolean)"), of which only the name
/// is known here
template <typename Traits, typename T>
Json DescribeMember(const std::string& type, const std::string& member, const Json& overload) {
    if constexpr (std::is_class_v<T>) {
        const std::string name = member.substr(0, member.find('('));
        Json described = DescribePublicMember<Traits, T>(type, name, overload);
        if (described.is_null() && std::is_base_of_v<typename Traits::PipeStream, T>) {
            described = DescribeProtectedMember<Traits>(name);
        }
        if (!described.is_null()) {
            return name == member ? described : Json{{"kind", described["kind"]}};
        }
    }
    throw Fault(FaultCode::NotImplemented, "there is no public member " + type + "." + member);
}

template <typename Traits>
Json Describe(const std::string& type, const std::string& member, const Json& overload) {
    Json described;
    const auto consider = [&]<typename T>(const char* name) {
        if constexpr (Present<T>) {
            if (type == name) {
                if (!member.empty()) {
                    described = DescribeMember<Traits, T>(type, member, overload);
                } else if constexpr (std::is_enum_v<T>) {
                    described = DescribeEnumeration<Traits, T>();
                } else {
                    described = DescribeClass<Traits, T>(type);
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

}  // namespace pipects::adapter
