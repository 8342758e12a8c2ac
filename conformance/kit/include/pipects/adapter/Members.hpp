#pragma once

#include <pipects/adapter/Results.hpp>
#include <pipects/adapter/Table.hpp>
#include <pipects/adapter/Text.hpp>
#include <pipects/adapter/With.hpp>

#include <memory>
#include <stop_token>
#include <type_traits>

// The documented members: name, parameter names, call. `it` is the object, `with` holds the arguments.

namespace pipects::adapter {

#define ROW PIPECTS_ROW

template <typename Traits, typename T>
void AddProperties(Table<Traits, T>& table) {
    table.Property("CanRead", ROW(it.CanRead()));
    table.Property("CanWrite", ROW(it.CanWrite()));
    table.Property("CanSeek", ROW(it.CanSeek()));
    table.Property("CanTimeout", ROW(it.CanTimeout()));
    table.Property("ReadTimeout", ROW(it.ReadTimeout()), ROW(it.SetReadTimeout(with.Int("value"))));
    table.Property("WriteTimeout", ROW(it.WriteTimeout()), ROW(it.SetWriteTimeout(with.Int("value"))));
    table.Property("Length", ROW(it.Length()));
    table.Property("Position", ROW(it.Position()), ROW(it.SetPosition(with.Long("value"))));

    table.Property("IsConnected", ROW(it.IsConnected()));
    table.Property("IsAsync", ROW(it.IsAsync()));
    table.Property("IsMessageComplete", ROW(it.IsMessageComplete()));
    table.Property("TransmissionMode", ROW(it.TransmissionMode()));
    table.Property("ReadMode", ROW(it.ReadMode()), ROW(it.SetReadMode(with.Mode("value"))));
    table.Property("InBufferSize", ROW(it.InBufferSize()));
    table.Property("OutBufferSize", ROW(it.OutBufferSize()));
    table.Property("SafePipeHandle", ROW(it.SafePipeHandle()));
    table.Property("ClientSafePipeHandle", ROW(it.ClientSafePipeHandle()));

    table.Property("Hex", ROW(it.Hex()));  // MemoryStream
}

template <typename Traits, typename T>
void AddSynchronousMembers(Table<Traits, T>& table) {
    table.Method("Read", {"buffer", "offset", "count"},
                 ROW(it.Read(with.Array("buffer"), with.Int("offset"), with.Int("count"))));
    table.Method("Read", {"buffer"}, ROW(it.Read(with.Span("buffer"))));
    table.Method("ReadByte", {}, ROW(it.ReadByte()));
    table.Method("ReadExactly", {"buffer", "offset", "count"},
                 ROW(it.ReadExactly(with.Array("buffer"), with.Int("offset"), with.Int("count"))));
    table.Method("ReadExactly", {"buffer"}, ROW(it.ReadExactly(with.Span("buffer"))));
    table.Method("ReadAtLeast", {"buffer", "minimumBytes"},
                 ROW(it.ReadAtLeast(with.Span("buffer"), with.Int("minimumBytes"))));
    table.Method(
        "ReadAtLeast", {"buffer", "minimumBytes", "throwOnEndOfStream"},
        ROW(it.ReadAtLeast(with.Span("buffer"), with.Int("minimumBytes"), with.Bool("throwOnEndOfStream"))));

    table.Method("Write", {"buffer", "offset", "count"},
                 ROW(it.Write(with.ConstArray("buffer"), with.Int("offset"), with.Int("count"))));
    table.Method("Write", {"buffer"}, ROW(it.Write(with.ConstSpan("buffer"))));
    table.Method("WriteByte", {"value"}, ROW(it.WriteByte(with.Octet("value"))));
    table.Method("Flush", {}, ROW(it.Flush()));
    table.Method("WaitForPipeDrain", {}, ROW(it.WaitForPipeDrain()));

    table.Method("CopyTo", {"destination"}, ROW(it.CopyTo(with.Destination("destination"))));
    table.Method("CopyTo", {"destination", "bufferSize"},
                 ROW(it.CopyTo(with.Destination("destination"), with.Int("bufferSize"))));
    table.Method("Seek", {"offset", "origin"}, ROW(it.Seek(with.Long("offset"), with.Origin("origin"))));
    table.Method("SetLength", {"value"}, ROW(it.SetLength(with.Long("value"))));

    table.Method("Dispose", {}, ROW(it.Dispose()));
    table.Method("Close", {}, ROW(it.Close()));
    table.Method("GetClientHandleAsString", {}, ROW(it.GetClientHandleAsString()));
    table.Method("DisposeLocalCopyOfClientHandle", {}, ROW(it.DisposeLocalCopyOfClientHandle()));
}

template <typename Traits, typename T>
void AddAsynchronousMembers(Table<Traits, T>& table) {
    table.Method("ReadAsync", {"buffer", "offset", "count"},
                 ROW(it.ReadAsync(with.Array("buffer"), with.Int("offset"), with.Int("count"))));
    table.Method("ReadAsync", {"buffer", "offset", "count", "cancellationToken"},
                 ROW(it.ReadAsync(with.Array("buffer"), with.Int("offset"), with.Int("count"),
                                  with.Token("cancellationToken"))));
    table.Method("ReadAsync", {"buffer"}, ROW(it.ReadAsync(with.Span("buffer"))));
    table.Method("ReadAsync", {"buffer", "cancellationToken"},
                 ROW(it.ReadAsync(with.Span("buffer"), with.Token("cancellationToken"))));

    table.Method("ReadExactlyAsync", {"buffer", "offset", "count"},
                 ROW(it.ReadExactlyAsync(with.Array("buffer"), with.Int("offset"), with.Int("count"))));
    table.Method("ReadExactlyAsync", {"buffer", "offset", "count", "cancellationToken"},
                 ROW(it.ReadExactlyAsync(with.Array("buffer"), with.Int("offset"), with.Int("count"),
                                         with.Token("cancellationToken"))));
    table.Method("ReadExactlyAsync", {"buffer"}, ROW(it.ReadExactlyAsync(with.Span("buffer"))));
    table.Method("ReadExactlyAsync", {"buffer", "cancellationToken"},
                 ROW(it.ReadExactlyAsync(with.Span("buffer"), with.Token("cancellationToken"))));

    table.Method("ReadAtLeastAsync", {"buffer", "minimumBytes"},
                 ROW(it.ReadAtLeastAsync(with.Span("buffer"), with.Int("minimumBytes"))));
    table.Method("ReadAtLeastAsync", {"buffer", "minimumBytes", "throwOnEndOfStream"},
                 ROW(it.ReadAtLeastAsync(with.Span("buffer"), with.Int("minimumBytes"),
                                         with.Bool("throwOnEndOfStream"))));
    table.Method("ReadAtLeastAsync", {"buffer", "minimumBytes", "cancellationToken"},
                 ROW(it.ReadAtLeastAsync(with.Span("buffer"), with.Int("minimumBytes"), true,
                                         with.Token("cancellationToken"))));
    table.Method("ReadAtLeastAsync", {"buffer", "minimumBytes", "throwOnEndOfStream", "cancellationToken"},
                 ROW(it.ReadAtLeastAsync(with.Span("buffer"), with.Int("minimumBytes"),
                                         with.Bool("throwOnEndOfStream"), with.Token("cancellationToken"))));

    table.Method("WriteAsync", {"buffer", "offset", "count"},
                 ROW(it.WriteAsync(with.ConstArray("buffer"), with.Int("offset"), with.Int("count"))));
    table.Method("WriteAsync", {"buffer", "offset", "count", "cancellationToken"},
                 ROW(it.WriteAsync(with.ConstArray("buffer"), with.Int("offset"), with.Int("count"),
                                   with.Token("cancellationToken"))));
    table.Method("WriteAsync", {"buffer"}, ROW(it.WriteAsync(with.ConstSpan("buffer"))));
    table.Method("WriteAsync", {"buffer", "cancellationToken"},
                 ROW(it.WriteAsync(with.ConstSpan("buffer"), with.Token("cancellationToken"))));
    table.Method("FlushAsync", {}, ROW(it.FlushAsync()));
    table.Method("FlushAsync", {"cancellationToken"}, ROW(it.FlushAsync(with.Token("cancellationToken"))));

    table.Method("CopyToAsync", {"destination"}, ROW(it.CopyToAsync(with.Destination("destination"))));
    table.Method("CopyToAsync", {"destination", "bufferSize"},
                 ROW(it.CopyToAsync(with.Destination("destination"), with.Int("bufferSize"))));
    table.Method("CopyToAsync", {"destination", "cancellationToken"},
                 ROW(it.CopyToAsync(with.Destination("destination"), with.Token("cancellationToken"))));
    table.Method("CopyToAsync", {"destination", "bufferSize", "cancellationToken"},
                 ROW(it.CopyToAsync(with.Destination("destination"), with.Int("bufferSize"),
                                    with.Token("cancellationToken"))));
    table.Method("DisposeAsync", {}, ROW(it.DisposeAsync()));

    table.Method("BeginRead", {"buffer", "offset", "count", "callback", "state"},
                 ROW(it.BeginRead(with.Array("buffer"), with.Int("offset"), with.Int("count"),
                                  with.CallbackOf("callback"), with.State("state"))));
    table.Method("EndRead", {"asyncResult"}, ROW(it.EndRead(with.Result("asyncResult"))));
    table.Method("BeginWrite", {"buffer", "offset", "count", "callback", "state"},
                 ROW(it.BeginWrite(with.ConstArray("buffer"), with.Int("offset"), with.Int("count"),
                                   with.CallbackOf("callback"), with.State("state"))));
    table.Method("EndWrite", {"asyncResult"}, ROW(it.EndWrite(with.Result("asyncResult"))));
}

template <typename Traits, typename T>
void AddHandleMembers(Table<Traits, T>& table) {
    table.Property("IsClosed", ROW(it.IsClosed()));
    table.Property("IsInvalid", ROW(it.IsInvalid()));
    table.Method("DangerousGetHandle", {}, ROW(it.DangerousGetHandle()));
    table.Method("SetHandleAsInvalid", {}, ROW(it.SetHandleAsInvalid()));
    table.Method("Close", {}, ROW(it.Close()));
    table.Method("Dispose", {}, ROW(it.Dispose()));
}

/// What an asynchronous member returned: a task, or an IAsyncResult.
template <typename Traits, typename T>
void AddOperationMembers(Table<Traits, T>& table) {
    table.Property("IsCompleted", ROW(it.Get().IsCompleted()));
    table.Property("IsCanceled", ROW(it.Get().IsCanceled()));
    table.Property("IsFaulted", ROW(it.Get().IsFaulted()));
    table.Method("Wait", {}, ROW(it.Get().Result()));
    table.Method("Wait", {}, ROW(it.Get().Wait()));  // for tasks that have no Result

    table.Property("IsCompleted", ROW(it.Get()->IsCompleted()));
    table.Property("CompletedSynchronously", ROW(it.Get()->CompletedSynchronously()));
    table.Property("AsyncState", ROW(Traits::StateOf(it.Get()->AsyncState())));
    table.Method("WaitOne", {}, ROW(it.Get()->Wait()));
}

/// The standard library's source has nothing to dispose.
inline void Release(const std::stop_source& /*source*/) noexcept {}

/// Tokens and their sources are the standard library's, unless the implementation has its own.
template <typename Traits, typename T>
void AddCancellationMembers(Table<Traits, T>& table) {
    table.Method("Cancel", {}, ROW(it.Cancel()));
    table.Method("Cancel", {}, ROW(static_cast<void>(it.request_stop())));
    table.Property("Token", ROW(it.get_token()));
    table.Property("Token", ROW(it.Token()));
    table.Property("IsCancellationRequested", ROW(it.stop_requested()));
    table.Property("IsCancellationRequested", ROW(it.IsCancellationRequested()));
    table.Method("Dispose", {}, ROW(it.Dispose()));
    table.Method("Dispose", {}, ROW(Release(it)));
}

template <typename Traits>
void AddMembers(Table<Traits, Array>& table) {
    table.Property("Hex", ROW(ToHex(it)));
    table.Property("Length", ROW(it.size()));
    table.Method(
        "FirstDifference", {"pattern", "offset", "count"},
        ROW(FirstDifferenceWithin(it, with.Pattern("pattern"), with.Int("offset"), with.Int("count"))));
}

template <typename Traits>
void AddMembers(Table<Traits, Descriptor>& table) {
    table.Property("Number", ROW(it.Number()));
    table.Method("Dispose", {}, ROW(it.Dispose()));
}

template <typename Traits>
void AddMembers(Table<Traits, Callback>& table) {
    table.Property("Count", ROW(it.Count()));
    table.Property("SameThread", ROW(it.SameThread()));
    table.Method("Wait", {}, ROW(it.Wait()));
}

#undef ROW

template <typename Traits, typename T>
Table<Traits, T> MakeTable() {
    Table<Traits, T> table;
    if constexpr (std::is_same_v<T, Array> || std::is_same_v<T, Descriptor> || std::is_same_v<T, Callback>) {
        AddMembers(table);
    } else if constexpr (isOperation<T>) {
        AddOperationMembers(table);
    } else if constexpr (std::is_same_v<T, typename Traits::StreamWriter> ||
                         std::is_same_v<T, typename Traits::StreamReader>) {
        AddTextMembers(table);
    } else if constexpr (std::is_same_v<T, typename Traits::SafePipeHandle>) {
        AddHandleMembers(table);
    } else if constexpr (std::is_same_v<T, typename Traits::CancellationTokenSource> ||
                         std::is_same_v<T, typename Traits::CancellationToken>) {
        AddCancellationMembers(table);
    } else {
        AddProperties(table);
        AddSynchronousMembers(table);
        AddAsynchronousMembers(table);
    }
    return table;
}

template <typename Traits, typename T>
const Table<Traits, T>& MembersOf() {
    static const auto table = MakeTable<Traits, T>();
    return table;
}

}  // namespace pipects::adapter
