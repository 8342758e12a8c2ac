#pragma once

#include <pipects/adapter/Callback.hpp>
#include <pipects/adapter/Descriptor.hpp>
#include <pipects/adapter/Enumerations.hpp>
#include <pipects/adapter/Native.hpp>
#include <pipects/adapter/Operation.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pipects::adapter {

/// The arguments of a call as the implementation's own types: what the rows of the tables read.
template <typename Traits>
class With {
  public:
    using Stream = typename Traits::Stream;
    using Handle = typename Traits::SafePipeHandle;
    using AsyncResult = typename Traits::IAsyncResult;
    using CancellationToken = typename Traits::CancellationToken;
    using Byte = typename Traits::Byte;

    explicit With(Arguments& arguments) noexcept : arguments_(arguments) {}

    // Numbers and enumerations.
    [[nodiscard]] int Int(const char* name) const { return Integer<std::int32_t>(name); }
    [[nodiscard]] std::int64_t Long(const char* name) const { return Integer<std::int64_t>(name); }
    [[nodiscard]] std::uint8_t Octet(const char* name) const { return Integer<std::uint8_t>(name); }
    /// What the implementation's SafePipeHandle wraps.
    [[nodiscard]] auto SystemHandle(const char* name) const { return static_cast<std::intptr_t>(Long(name)); }
    /// A pattern's seed, taken modulo 2^32 as the rule takes it.
    [[nodiscard]] std::uint32_t Pattern(const char* name) const {
        return static_cast<std::uint32_t>(Long(name));
    }
    [[nodiscard]] bool Bool(const char* name) const {
        if (!arguments_[name].json.is_boolean()) {
            Refuse(name, "true or false");
        }
        return arguments_[name].json.template get<bool>();
    }
    [[nodiscard]] auto Direction(const char* name) const {
        return Enumeration<typename Traits::PipeDirection>(name);
    }
    [[nodiscard]] auto Mode(const char* name) const requires Present<typename Traits::PipeTransmissionMode> {
        return Enumeration<typename Traits::PipeTransmissionMode>(name);
    }
    [[nodiscard]] auto Inheritability(
        const char* name) const requires Present<typename Traits::HandleInheritability> {
        return Enumeration<typename Traits::HandleInheritability>(name);
    }
    [[nodiscard]] auto Origin(const char* name) const requires Present<typename Traits::SeekOrigin> {
        return Enumeration<typename Traits::SeekOrigin>(name);
    }

    // Bytes. An array may be null; a span never is.
    [[nodiscard]] auto Array(const char* name) const {
        return Traits::template PassArray<Byte>(Elements(name), NullOf(name));
    }
    [[nodiscard]] auto ConstArray(const char* name) const {
        return Traits::template PassArray<const Byte>(Elements(name), NullOf(name));
    }
    [[nodiscard]] auto Span(const char* name) const {
        return Traits::template PassSpan<Byte>(Elements(name));
    }
    [[nodiscard]] auto ConstSpan(const char* name) const {
        return Traits::template PassSpan<const Byte>(Elements(name));
    }

    [[nodiscard]] auto Text(const char* name) const {
        if (NullOf(name)) {
            return Traits::PassText(std::nullopt);
        }
        if (!arguments_[name].json.is_string()) {
            Refuse(name, "text");
        }
        return Traits::PassText(
            std::string_view(arguments_[name].json.template get_ref<const std::string&>()));
    }

    /// Text that is handed to a StreamWriter.
    [[nodiscard]] std::string_view Characters(const char* name) const {
        if (!arguments_[name].json.is_string()) {
            Refuse(name, "text");
        }
        return arguments_[name].json.template get_ref<const std::string&>();
    }

    // Objects.
    [[nodiscard]] auto SafeHandle(const char* name) const requires Present<Handle> {
        return Traits::PassHandle(NullOf(name) ? nullptr : Object<Handle>(name));
    }
    [[nodiscard]] auto Destination(const char* name) const requires Present<Stream> {
        return Traits::PassDestination(SharedStream(name));
    }
    [[nodiscard]] std::shared_ptr<Stream> SharedStream(const char* name) const requires Present<Stream> {
        return NullOf(name) ? nullptr : AnyStream(name);
    }
    [[nodiscard]] CancellationToken Token(const char* name) const requires Present<CancellationToken> {
        return *Object<CancellationToken>(name);
    }
    [[nodiscard]] std::shared_ptr<AsyncResult> Result(const char* name) const requires Present<AsyncResult> {
        return NullOf(name) ? nullptr : Object<Operation<std::shared_ptr<AsyncResult>>>(name)->Get();
    }
    [[nodiscard]] std::shared_ptr<adapter::Array> NewBytes() const {
        Json described = Json::object();
        for (const std::string& name : arguments_.Names()) {
            described[name] = arguments_[name].json;
        }
        return std::make_shared<adapter::Array>(MakeBytes(described));
    }
    [[nodiscard]] std::shared_ptr<Descriptor> NewDescriptor() const {
        if (!arguments_["kind"].json.is_string()) {
            Refuse("kind", "text");
        }
        return std::make_shared<Descriptor>(arguments_["kind"].json.template get<std::string>());
    }
    [[nodiscard]] auto State(const char* name) const { return Traits::PassState(arguments_[name]); }

    /// Something to be called with the result; keeps the callback under the name that the case gave it.
    [[nodiscard]] std::function<void(const std::shared_ptr<AsyncResult>&)> CallbackOf(
        const char* name) const requires Present<AsyncResult> {
        const Json& described = arguments_[name].json;
        if (described.is_null()) {
            return {};
        }
        if (!described.is_object() || !described.value("callback", Json()).is_string() ||
            !described.value("ends", Json("")).is_string() ||
            !described.value("calls", Json("")).is_string()) {
            Refuse(name, "{\"callback\": NAME, \"ends\": MEMBER or absent, \"calls\": MEMBER or absent}");
        }
        const auto callback = std::make_shared<Callback>(arguments_.InPlaceArrays());
        Objects& named = arguments_.Named();
        named.Keep(described["callback"].template get<std::string>(), {nullptr, Wrap<Traits>(callback)});
        return [callback, &named, ends = described.value("ends", ""), calls = described.value("calls", ""),
                stream = std::weak_ptr(arguments_.Self())](const std::shared_ptr<AsyncResult>& result) {
            callback->Run([&] {
                Value ended = ends.empty() ? Value() : End(result, stream.lock(), ends, *callback, named);
                return calls.empty() ? ended : Call(stream.lock(), calls, named);
            });
        };
    }

  private:
    [[noreturn]] static void Refuse(const char* name, const std::string& wanted) {
        throw Fault(FaultCode::WrongParameters, "'" + std::string(name) + "' must be " + wanted);
    }

    template <typename Number>
    [[nodiscard]] Number Integer(const char* name) const {
        const Json& json = arguments_[name].json;
        using Limits = std::numeric_limits<Number>;
        if (!json.is_number_integer() || json < Limits::min() || json > Limits::max()) {
            Refuse(name,
                   "a number from " + std::to_string(Limits::min()) + " to " + std::to_string(Limits::max()));
        }
        return json.template get<Number>();
    }

    template <typename E>
    [[nodiscard]] E Enumeration(const char* name) const {
        return EnumerationFromJson<E>(arguments_[name].json);
    }

    /// A null is only handed on to an implementation that has one.
    [[nodiscard]] bool NullOf(const char* name) const {
        if (arguments_.IsNull(name) && !Traits::acceptsNull) {
            throw Fault(FaultCode::NotImplemented, "'" + std::string(name) + "' cannot be null here");
        }
        return arguments_.IsNull(name);
    }

    [[nodiscard]] std::span<Byte> Elements(const char* name) const {
        static_assert(sizeof(Byte) == 1);
        if (arguments_.IsNull(name)) {
            return {};
        }
        auto array = arguments_.InPlaceArray(name);
        if (array == nullptr) {
            array = Object<adapter::Array>(name);
        }
        return {reinterpret_cast<Byte*>(array->data()), array->size()};
    }

    template <typename T>
    [[nodiscard]] std::shared_ptr<T> Object(const char* name) const {
        auto object = Unwrap<Traits, T>(arguments_[name].object);
        if (object == nullptr) {
            Refuse(name, "an object of type " + DocumentedType<Traits, T>());
        }
        return object;
    }

    [[nodiscard]] std::shared_ptr<Stream> AnyStream(const char* name) const {
        std::shared_ptr<Stream> found = Unwrap<Traits, Stream>(arguments_[name].object);
        TryStream<typename Traits::AnonymousPipeServerStream>(name, found);
        TryStream<typename Traits::AnonymousPipeClientStream>(name, found);
        TryStream<typename Traits::MemoryStream>(name, found);
        if (found == nullptr) {
            Refuse(name, "a stream");
        }
        return found;
    }
    template <typename T>
    void TryStream(const char* name, std::shared_ptr<Stream>& found) const {
        if constexpr (std::is_convertible_v<T*, Stream*>) {
            if (found == nullptr) {
                found = Unwrap<Traits, T>(arguments_[name].object);
            }
        }
    }

    static Value End(const std::shared_ptr<AsyncResult>& result,
                     const std::shared_ptr<adapter::Object>& stream, const std::string& member,
                     const Callback& callback, Objects& named) {
        RequireStream(stream);
        using Ended = Operation<std::shared_ptr<AsyncResult>>;
        Arguments arguments(named);
        arguments.SetSelf(stream);
        arguments.Bind("asyncResult",
                       {nullptr, Wrap<Traits>(std::make_shared<Ended>(
                                     result, callback.GivenArrays(),
                                     std::vector<std::shared_ptr<adapter::Object>>(), named))});
        return stream->Call(member, arguments);
    }

    static Value Call(const std::shared_ptr<adapter::Object>& stream, const std::string& member,
                      Objects& named) {
        RequireStream(stream);
        Arguments arguments(named);
        arguments.SetSelf(stream);
        return stream->Call(member, arguments);
    }

    static void RequireStream(const std::shared_ptr<adapter::Object>& stream) {
        if (stream == nullptr) {
            throw Fault(FaultCode::NoSuchObject, "the stream was forgotten before its callback ran");
        }
    }

    Arguments& arguments_;
};

}  // namespace pipects::adapter
