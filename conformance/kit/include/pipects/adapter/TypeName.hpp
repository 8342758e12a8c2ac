#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>

#if __has_include(<cxxabi.h>)
#include <cxxabi.h>
#include <cstdlib>
#endif

namespace pipects::adapter {

/// A type's name as the source has it, with its namespaces.
inline std::string QualifiedName(const std::type_info& type) {
#if __has_include(<cxxabi.h>)
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
    return status == 0 ? name.get() : type.name();
#else
    const std::string_view name = type.name();
    return std::string(name.substr(name.find(' ') + 1));  // "class X", "enum X"
#endif
}

inline std::string UnqualifiedName(const std::type_info& type) {
    const std::string name = QualifiedName(type);
    const auto scope = name.rfind("::");
    return scope == std::string::npos ? name : name.substr(scope + 2);
}

/// The namespace in the documentation's spelling: "System.IO.Pipes".
inline std::string NamespaceOf(const std::type_info& type) {
    std::string name = QualifiedName(type);
    const auto scope = name.rfind("::");
    name.resize(scope == std::string::npos ? 0 : scope);
    for (auto at = name.find("::"); at != std::string::npos; at = name.find("::", at)) {
        name.replace(at, 2, ".");
    }
    return name;
}

}  // namespace pipects::adapter
