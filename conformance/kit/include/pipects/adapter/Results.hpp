#pragma once

#include <pipects/adapter/Bytes.hpp>
#include <pipects/adapter/Callback.hpp>
#include <pipects/adapter/Descriptor.hpp>
#include <pipects/adapter/Enumerations.hpp>
#include <pipects/adapter/Native.hpp>
#include <pipects/adapter/Operation.hpp>
#include <pipects/adapter/TypeName.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

// The way back: what members return, as the protocol's values, and the documented names of types.

namespace pipects::adapter {

template <typename T>
inline constexpr bool isShared = false;
template <typename T>
inline constexpr bool isShared<std::shared_ptr<T>> = true;

template <typename T>
inline constexpr bool isOptional = false;
template <typename T>
inline constexpr bool isOptional<std::optional<T>> = true;

template <typename T>
inline constexpr bool isOperation = false;
template <typename Future>
inline constexpr bool isOperation<Operation<Future>> = true;

/// What an asynchronous member returns: something that can be asked for its state and waited for.
template <typename T>
concept Task = requires(const T& task) {
    { task.IsCompleted() } -> std::convertible_to<bool>;
    { task.IsCanceled() } -> std::convertible_to<bool>;
    { task.IsFaulted() } -> std::convertible_to<bool>;
    task.Wait();
};

template <typename Traits, typename T>
std::string DocumentedType() {
    if constexpr (std::is_void_v<T>) {
        return "Void";
    } else if constexpr (isShared<T>) {
        return DocumentedType<Traits, typename T::element_type>();
    } else if constexpr (isOptional<T>) {
        return DocumentedType<Traits, typename T::value_type>();
    } else if constexpr (std::is_same_v<T, typename Traits::AnonymousPipeServerStream>) {
        return "AnonymousPipeServerStream";
    } else if constexpr (std::is_same_v<T, typename Traits::AnonymousPipeClientStream>) {
        return "AnonymousPipeClientStream";
    } else if constexpr (std::is_same_v<T, typename Traits::SafePipeHandle>) {
        return "SafePipeHandle";
    } else if constexpr (std::is_same_v<T, typename Traits::MemoryStream>) {
        return "MemoryStream";
    } else if constexpr (std::is_same_v<T, typename Traits::StreamWriter>) {
        return "StreamWriter";
    } else if constexpr (std::is_same_v<T, typename Traits::StreamReader>) {
        return "StreamReader";
    } else if constexpr (std::is_same_v<T, typename Traits::Stream>) {
        return "Stream";
    } else if constexpr (std::is_same_v<T, typename Traits::PipeDirection>) {
        return "PipeDirection";
    } else if constexpr (std::is_same_v<T, typename Traits::PipeTransmissionMode>) {
        return "PipeTransmissionMode";
    } else if constexpr (std::is_same_v<T, typename Traits::HandleInheritability>) {
        return "HandleInheritability";
    } else if constexpr (std::is_same_v<T, typename Traits::CancellationTokenSource>) {
        return "CancellationTokenSource";
    } else if constexpr (std::is_same_v<T, typename Traits::CancellationToken>) {
        return "CancellationToken";
    } else if constexpr (std::is_same_v<T, Operation<std::shared_ptr<typename Traits::IAsyncResult>>> ||
                         std::is_same_v<T, typename Traits::IAsyncResult>) {
        return "IAsyncResult";
    } else if constexpr (isOperation<T> || Task<T>) {
        return "Task";
    } else if constexpr (std::is_same_v<T, Array>) {
        return "Bytes";
    } else if constexpr (std::is_same_v<T, Descriptor>) {
        return "Descriptor";
    } else if constexpr (std::is_same_v<T, Callback>) {
        return "Callback";
    } else if constexpr (std::is_same_v<T, bool>) {
        return "Boolean";
    } else if constexpr (std::is_same_v<T, std::uint8_t>) {
        return "Byte";
    } else if constexpr (std::is_integral_v<T>) {
        return (std::is_signed_v<T> ? "Int" : "UInt") + std::to_string(sizeof(T) * 8);
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        return "String";
    } else {
        return UnqualifiedName(typeid(T));
    }
}

/// What is no text in UTF-8 is shown by its bytes: with replacement characters it could pass for one that has
/// them.
inline Json TextToJson(std::string_view text) {
    Json json(text);
    try {
        static_cast<void>(json.dump());
    } catch (const Json::type_error&) {
        return {
            {"bytes",
             {{"hex", ToHex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()))}}}};
    }
    return json;
}

/// @param result by value, or a reference to what the called object owns
template <typename Traits, typename Result>
Value ToValue(Result&& result, Arguments& arguments) {
    using T = std::remove_cvref_t<Result>;
    if constexpr (std::is_same_v<T, Value>) {
        return std::forward<Result>(result);
    } else if constexpr (isOptional<T>) {
        return result.has_value() ? ToValue<Traits>(*std::forward<Result>(result), arguments) : Value();
    } else if constexpr (std::is_same_v<T, Json>) {
        return {std::forward<Result>(result), nullptr};
    } else if constexpr (std::is_enum_v<T>) {
        return {EnumerationToJson(result), nullptr};
    } else if constexpr (std::is_arithmetic_v<T>) {
        return {Json(result), nullptr};
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        return {TextToJson(result), nullptr};
    } else if constexpr (std::is_same_v<T, std::shared_ptr<typename Traits::IAsyncResult>>) {
        return {nullptr, Wrap<Traits>(std::make_shared<Operation<T>>(result, arguments))};
    } else if constexpr (isShared<T>) {
        return {nullptr, Wrap<Traits>(result)};
    } else if constexpr (Task<T>) {
        return {nullptr,
                Wrap<Traits>(std::make_shared<Operation<T>>(std::forward<Result>(result), arguments))};
    } else if constexpr (std::is_lvalue_reference_v<Result> &&
                         !std::is_const_v<std::remove_reference_t<Result>>) {
        return {nullptr, Wrap<Traits>(std::shared_ptr<T>(arguments.Self(), &result))};
    } else {
        return {nullptr, Wrap<Traits>(std::make_shared<T>(std::forward<Result>(result)))};
    }
}

}  // namespace pipects::adapter
