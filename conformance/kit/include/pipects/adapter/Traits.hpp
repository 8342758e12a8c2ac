#pragma once

#include <pipects/adapter/Object.hpp>

#include <any>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>

namespace pipects::adapter {

/// Stands for a type that an implementation does not have.
struct Absent {};

template <typename T>
concept Present = !std::same_as<T, Absent>;

/// What an adapter's author says of his implementation: he derives from this, hides what is different, and
/// adds
///
///     using AnonymousPipeServerStream = ...;
///     using AnonymousPipeClientStream = ...;
///     using PipeDirection = ...;
///     static constexpr const char* name = "...";
///     static constexpr const char* version = "...";
///
/// Members of these types are found by their documented names (a property X is X() and SetX(value)); one that
/// is not there, or takes something else, is reported as lacking and answered as not implemented.
struct DefaultTraits {
    // Types of the documentation that an implementation may lack.
    using Stream = Absent;
    using PipeStream = Absent;
    using SafePipeHandle = Absent;
    using PipeTransmissionMode = Absent;
    using HandleInheritability = Absent;
    using SeekOrigin = Absent;
    using IAsyncResult = Absent;
    /// A Stream in memory, see MemoryStream.hpp; without one nothing can be copied to.
    using MemoryStream = Absent;
    /// Text on a stream, made on a Stream*.
    using StreamWriter = Absent;
    using StreamReader = Absent;
    using CancellationTokenSource = std::stop_source;
    using CancellationToken = std::stop_token;

    // Exceptions. Those below `Exception` are named after their class, and have Message() or what().
    using Exception = std::exception;
    using ArgumentException = Absent;           // has ParamName()
    using OperationCanceledException = Absent;  // has CancellationToken()

    /// Whether null can be passed where the documentation has a reference, by the functions below.
    static constexpr bool acceptsNull = false;

    /// What the implementation's arrays consist of.
    using Byte = std::uint8_t;

    // How arguments are passed. `isNull` is never true unless acceptsNull is.
    template <typename B>  // Byte or const Byte
    static std::span<B> PassArray(std::span<B> array, bool /*isNull*/) {
        return array;
    }
    template <typename B>
    static std::span<B> PassSpan(std::span<B> span) {
        return span;
    }
    static std::string_view PassText(std::optional<std::string_view> text) {
        return text.value_or(std::string_view());
    }
    template <typename Handle>
    static std::shared_ptr<Handle> PassHandle(std::shared_ptr<Handle> handle) {
        return handle;
    }
    template <typename Stream>
    static Stream* PassDestination(const std::shared_ptr<Stream>& stream) {
        return stream.get();
    }
    static std::any PassState(const Value& state) {
        return state.object == nullptr && state.json.is_null() ? std::any() : std::any(state);
    }
    static Value StateOf(const std::any& state) {
        return state.has_value() ? std::any_cast<Value>(state) : Value();
    }

    /// Makes lazily what would otherwise appear during a case: threads, handles. Not called where a case is
    /// about the first use.
    static void WarmUp() {}
};

/// What is told of an exception. `token` is the object's, where the exception carries one.
struct Thrown {
    std::string type;
    std::optional<std::string> parameter;
    std::string message;
    std::shared_ptr<Object> token;
};

/// An implementation whose exceptions are other ones says how they are called in the documentation.
template <typename Traits>
concept DescribesExceptions = requires(std::exception_ptr thrown) {
    { Traits::Describe(thrown) } -> std::convertible_to<Thrown>;
};

}  // namespace pipects::adapter
