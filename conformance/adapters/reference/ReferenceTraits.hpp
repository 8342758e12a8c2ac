#pragma once

#include "MemoryStream.hpp"

#include <System/IO/Pipes.hpp>
#include <pipects/adapter/Traits.hpp>

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>

namespace pipects::reference {

/// The reference implementation, as the adapter kit sees it.
struct ReferenceTraits : adapter::DefaultTraits {
    static constexpr const char* name = "reference";
    static constexpr const char* version = PIPECTS_REFERENCE_VERSION;

    using AnonymousPipeServerStream = System::IO::Pipes::AnonymousPipeServerStream;
    using AnonymousPipeClientStream = System::IO::Pipes::AnonymousPipeClientStream;
    using PipeStream = System::IO::Pipes::PipeStream;
    using Stream = System::IO::Stream;
    using SafePipeHandle = Microsoft::Win32::SafeHandles::SafePipeHandle;
    using PipeDirection = System::IO::Pipes::PipeDirection;
    using PipeTransmissionMode = System::IO::Pipes::PipeTransmissionMode;
    using HandleInheritability = System::IO::HandleInheritability;
    using SeekOrigin = System::IO::SeekOrigin;
    using IAsyncResult = System::IAsyncResult;
    using MemoryStream = reference::MemoryStream;
    using StreamWriter = System::IO::StreamWriter;
    using StreamReader = System::IO::StreamReader;

    using Exception = System::Exception;
    using ArgumentException = System::ArgumentException;
    using OperationCanceledException = System::OperationCanceledException;

    static constexpr bool acceptsNull = true;
    using Byte = System::Byte;
    template <typename B>
    static System::ArrayView<B> PassArray(std::span<B> array, bool isNull) {
        return isNull ? System::ArrayView<B>(nullptr) : System::ArrayView<B>(array);
    }
    static std::optional<std::string_view> PassText(std::optional<std::string_view> text) { return text; }

    /// The first pending operation makes the reactor's thread and handles: not in the middle of a case.
    static void WarmUp() {
        try {
            System::IO::Pipes::AnonymousPipeServerStream server(PipeDirection::In);
            System::Byte byte{};
            const std::stop_source source;
            const auto pending = server.ReadAsync(std::span(&byte, 1), source.get_token());
            server.Dispose();
            static_cast<void>(pending.IsCompleted());
        } catch (const System::Exception&) {
            return;  // what is wrong with that a case tells
        }
    }
};

}  // namespace pipects::reference
