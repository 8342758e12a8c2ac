#include <System/IO/Pipes/AnonymousPipeClientStream.hpp>

#include "HandedOut.hpp"
#include "PipeCore.hpp"
#include "PipePort.hpp"

#include <System/Exceptions.hpp>

#include <charconv>
#include <system_error>
#include <utility>

namespace System::IO::Pipes {

using Detail::SafePipeHandlePtr;

namespace {

constexpr const char* stringName = "pipeHandleAsString";

/// What GetClientHandleAsString writes, with blanks around it and a plus sign tolerated.
/// [client.ctor-string.not-a-number, client.ctor-string.blanks-and-plus]
Os::NativeHandle Parse(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\v\f\r";
    const auto first = text.find_first_not_of(blanks);
    text =
        first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(blanks) - first + 1);
    if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    int number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() ||
        number < 0) {  // [client.ctor-string.other-negative]
        throw ArgumentException("Not the text of a pipe's handle.", stringName);
    }
    return number;
}

/// The handle belongs to the result; if it is refused it is left as it was.
/// [client.ctor-string.refused-leaves-handle]
SafePipeHandlePtr Adopt(PipeDirection direction, std::optional<std::string_view> pipeHandleAsString) {
    Detail::RefuseInOut(direction);
    if (!pipeHandleAsString) {
        throw ArgumentNullException(stringName);
    }
    const Os::NativeHandle handle = Parse(*pipeHandleAsString);
    const Os::HandleKind kind = Os::Inspect(handle);
    if (kind == Os::HandleKind::NotOpen) {
        throw ArgumentException("No handle of this number is open.",
                                stringName);  // [client.ctor.direction-string.invalid]
    }
    Detail::RequireEnd(kind, {stringName, Detail::EndOf(direction)});
    if (auto shared = Detail::HandedOut(handle)) {
        return shared;
    }
    // A number that came as a string is a handle, 0 too. [client.ctor-string.zero-is-a-handle]
    auto port = std::make_shared<Detail::PipePort>(handle, true, false);
    auto made = std::make_shared<Microsoft::Win32::SafeHandles::SafePipeHandle>(std::move(port));
    Detail::HandOut(made);  // a second client of the text shares it [lifetime.recycled-number-safe]
    return made;
}

}  // namespace

AnonymousPipeClientStream::AnonymousPipeClientStream(std::optional<std::string_view> pipeHandleAsString)
    : AnonymousPipeClientStream(PipeDirection::In, pipeHandleAsString) {}

AnonymousPipeClientStream::AnonymousPipeClientStream(PipeDirection direction,
                                                     std::optional<std::string_view> pipeHandleAsString)
    : PipeStream(direction, 0) {
    InitializeHandle(Adopt(direction, pipeHandleAsString), true, false);
}

AnonymousPipeClientStream::AnonymousPipeClientStream(PipeDirection direction,
                                                     SafePipeHandlePtr safePipeHandle)
    : PipeStream(direction, 0) {
    constexpr const char* handleName = "safePipeHandle";
    Detail::RefuseInOut(direction);  // [client.ctor-order.inout-before-null]
    Detail::RequireValid(safePipeHandle, handleName);
    Detail::RequireOpen(safePipeHandle);
    Detail::RequireEnd(Os::Inspect(safePipeHandle->DangerousGetHandle()),
                       {handleName, Detail::EndOf(direction)});
    InitializeHandle(std::move(safePipeHandle), true,
                     false);  // the very object [client.ctor-handle.dispose-closes-given]
}

PipeTransmissionMode AnonymousPipeClientStream::TransmissionMode() const {
    CheckPipePropertyOperations();
    return PipeTransmissionMode::Byte;
}

void AnonymousPipeClientStream::SetReadMode(PipeTransmissionMode value) {
    CheckPipePropertyOperations();
    if (value == PipeTransmissionMode::Message) {
        throw NotSupportedException("Anonymous pipes do not support PipeTransmissionMode.Message ReadMode.");
    }
    PipeStream::SetReadMode(value);
}

}  // namespace System::IO::Pipes
