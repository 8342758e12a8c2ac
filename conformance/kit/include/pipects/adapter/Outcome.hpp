#pragma once

#include <pipects/adapter/Native.hpp>
#include <pipects/adapter/TypeName.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pipects::adapter {

/// What did not come from the implementation's own family of exceptions.
inline Thrown DescribeForeign(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& exception) {
        return {QualifiedName(typeid(exception)), std::nullopt, exception.what(), nullptr};
    } catch (...) {
        return {"unknown", std::nullopt, "an exception that is no std::exception", nullptr};
    }
}

/// Describes an exception by the types that the Traits name.
template <typename Traits>
Thrown DescribeByType(const std::exception_ptr& thrown) {
    using Exception = typename Traits::Exception;
    using ArgumentException = typename Traits::ArgumentException;
    using OperationCanceledException = typename Traits::OperationCanceledException;
    using Token = typename Traits::CancellationToken;
    try {
        std::rethrow_exception(thrown);
    } catch (const Exception& exception) {
        Thrown described{UnqualifiedName(typeid(exception)), std::nullopt, {}, nullptr};
        if constexpr (requires { exception.Message(); }) {
            described.message = exception.Message();
        } else {
            described.message = exception.what();
        }
        if constexpr (Present<ArgumentException>) {
            const auto* wrong = dynamic_cast<const ArgumentException*>(&exception);
            if (wrong != nullptr && !std::string(wrong->ParamName()).empty()) {
                described.parameter = wrong->ParamName();
            }
        }
        if constexpr (Present<OperationCanceledException>) {
            if (const auto* canceled = dynamic_cast<const OperationCanceledException*>(&exception)) {
                described.token = Wrap<Traits>(std::make_shared<Token>(canceled->CancellationToken()));
            }
        }
        return described;
    } catch (...) {
        return DescribeForeign(thrown);
    }
}

template <typename Traits>
Json ThrownToJson(const std::exception_ptr& thrown, const Objects& named) {
    Thrown described;
    if constexpr (DescribesExceptions<Traits>) {
        described = Traits::Describe(thrown);
    } else {
        described = DescribeByType<Traits>(thrown);
    }
    Json json{{"type", described.type}, {"parameter", nullptr}, {"message", described.message}};
    if (described.parameter.has_value()) {
        json["parameter"] = *described.parameter;
    }
    if (described.token != nullptr) {
        if (const std::string token = named.NameOf(*described.token); !token.empty()) {
            json["token"] = token;
        }
    }
    return json;
}

/// Shows a result and keeps it under `as`, if that is not empty.
inline Json KeepReturned(const Value& value, const std::string& as, Objects& named) {
    Json json = value.json;
    if (value.object != nullptr) {
        json = {{"object", as.empty() ? Json() : Json(as)}, {"type", value.object->Type()}};
        if (const std::string same = named.NameOf(*value.object); !same.empty()) {
            json["same"] = same;
        }
    }
    if (!as.empty()) {
        named.Keep(as, value);
    }
    return json;
}

/// Does `work` and says what came of it: the protocol's outcome. Faults of the adapter pass through.
template <typename Traits, typename Work>
Json OutcomeOf(Work&& work, Arguments& arguments, const std::string& as) {
    Json outcome;
    bool goesOn = false;
    try {
        const Value value = work();
        goesOn = value.object != nullptr && value.object->IsPending();
        outcome["returned"] = KeepReturned(value, as, arguments.Named());
    } catch (const Fault&) {
        throw;
    } catch (...) {
        outcome["threw"] = ThrownToJson<Traits>(std::current_exception(), arguments.Named());
    }
    if (goesOn) {
        return outcome;  // the operation may be writing to the arrays right now
    }
    if (Json arrays = arguments.ShownArrays(); !arrays.empty()) {
        outcome["bytes"] = std::move(arrays);
    }
    return outcome;
}

}  // namespace pipects::adapter
