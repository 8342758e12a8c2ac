#pragma once

#include <pipects/adapter/Arguments.hpp>

#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// A row of a table: an expression over `it` (the object) and `with` (the arguments, see With.hpp). Where the
/// expression does not compile, because the implementation has no such member, the row is left out of the
/// table.
#define PIPECTS_ROW(...)                                                                  \
    []([[maybe_unused]] auto& it, [[maybe_unused]] auto& with) -> decltype(__VA_ARGS__) { \
        return __VA_ARGS__;                                                               \
    }

namespace pipects::adapter {

template <typename Traits>
class With;

/// What a member's native result is for the protocol (Results.hpp).
template <typename Traits, typename Result>
Value ToValue(Result&& result, Arguments& arguments);
template <typename Traits, typename Result>
std::string DocumentedType();

/// The members of `T` by their documented names; the set of parameter names picks the overload. Static
/// members and constructors have tables too, whose T is the Traits.
///
template <typename Traits, typename T>
class Table {
  public:
    using Parameters = std::set<std::string>;
    using Handler = Value (*)(T&, Arguments&);

    struct Overload {
        Parameters parameters;
        Handler call;
        std::string type;
    };
    struct Accessors {
        Handler get = nullptr;
        Handler set = nullptr;
        std::string type;
    };

    /// If several rows have the same parameters, the first that compiles counts.
    template <typename Row>
    void Method(const char* name, std::initializer_list<const char*> parameters, Row /*row*/) {
        if constexpr (std::is_invocable_v<Row&, T&, With<Traits>&>) {
            Add(name, Parameters(parameters.begin(), parameters.end()), &Call<Row>, &ResultType<Row>);
        }
    }

    template <typename Getter>
    void Property(const char* name, Getter /*getter*/) {
        if constexpr (std::is_invocable_v<Getter&, T&, With<Traits>&>) {
            properties_[name].get = &Call<Getter>;
            properties_[name].type = ResultType<Getter>();
        }
    }

    /// The setter finds the new value as the argument `value`.
    template <typename Getter, typename Setter>
    void Property(const char* name, Getter getter, Setter /*setter*/) {
        Property(name, getter);
        if constexpr (std::is_invocable_v<Setter&, T&, With<Traits>&>) {
            properties_[name].set = &Call<Setter>;
        }
    }

    Value Call(T& object, const std::string& name, Arguments& arguments) const {
        const auto found = methods_.find(name);
        const Parameters given = arguments.Names();
        if (found != methods_.end()) {
            for (const Overload& overload : found->second) {
                if (overload.parameters == given) {
                    return overload.call(object, arguments);
                }
            }
        }
        throw Fault(FaultCode::NotImplemented, "there is no " + name + Listed(given));
    }

    Value Get(T& object, const std::string& name, Arguments& arguments) const {
        const auto found = properties_.find(name);
        if (found == properties_.end() || found->second.get == nullptr) {
            throw Fault(FaultCode::NotImplemented, "there is no property " + name + " that can be read");
        }
        return found->second.get(object, arguments);
    }

    void Set(T& object, const std::string& name, Arguments& arguments) const {
        const auto found = properties_.find(name);
        if (found == properties_.end() || found->second.set == nullptr) {
            throw Fault(FaultCode::NotImplemented, "there is no property " + name + " that can be set");
        }
        found->second.set(object, arguments);
    }

    [[nodiscard]] bool Has(const std::string& name) const {
        return methods_.contains(name) || properties_.contains(name);
    }
    [[nodiscard]] bool HasOverload(const std::string& name, const Parameters& parameters) const {
        for (const Overload& overload : OverloadsOf(name)) {
            if (overload.parameters == parameters) {
                return true;
            }
        }
        return false;
    }
    [[nodiscard]] const std::vector<Overload>& OverloadsOf(const std::string& name) const {
        static const std::vector<Overload> none;
        const auto found = methods_.find(name);
        return found == methods_.end() ? none : found->second;
    }
    [[nodiscard]] const Accessors* PropertyOf(const std::string& name) const {
        const auto found = properties_.find(name);
        return found == properties_.end() ? nullptr : &found->second;
    }

  private:
    template <typename Row>
    using ResultOf = std::invoke_result_t<Row&, T&, With<Traits>&>;

    void Add(const char* name, Parameters parameters, Handler call, std::string (*type)()) {
        if (!HasOverload(name, parameters)) {
            methods_[name].push_back({std::move(parameters), call, type()});
        }
    }

    template <typename Row>
    static std::string ResultType() {
        return DocumentedType<Traits, std::remove_cvref_t<ResultOf<Row>>>();
    }

    /// A row captures nothing, so its type is all that is needed to call it.
    template <typename Row>
    static Value Call(T& object, Arguments& arguments) {
        With<Traits> with(arguments);
        if constexpr (std::is_void_v<ResultOf<Row>>) {
            Row()(object, with);
            return {};
        } else {
            return ToValue<Traits>(Row()(object, with), arguments);
        }
    }

    static std::string Listed(const Parameters& parameters) {
        std::string text;
        for (const std::string& parameter : parameters) {
            text += (text.empty() ? "" : ", ") + parameter;
        }
        return "(" + text + ")";
    }

    std::map<std::string, std::vector<Overload>> methods_;
    std::map<std::string, Accessors> properties_;
};

}  // namespace pipects::adapter
