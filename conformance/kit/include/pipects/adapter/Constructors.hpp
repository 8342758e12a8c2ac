#pragma once

#include <pipects/adapter/Members.hpp>

#include <memory>
#include <type_traits>
#include <utility>

// What a case can create, and the static members: rows as in Members.hpp. Both belong to the implementation
// as a whole, so `it` is its Traits.

namespace pipects::adapter {

/// Tells at compile time whether there is such a constructor, which std::make_shared does not.
template <typename T, typename... Values>
requires std::is_constructible_v<T, Values...> std::shared_ptr<T> Make(Values&&... values) {
    return std::make_shared<T>(std::forward<Values>(values)...);
}

/// The same without arguments. It takes `with` all the same, as only then a row may fail to compile.
template <typename T>
requires std::is_default_constructible_v<T> std::shared_ptr<T> MakeDefault(const auto& /*with*/) {
    return std::make_shared<T>();
}

#define ROW PIPECTS_ROW

template <typename Traits>
const Table<Traits, const Traits>& Constructors() {
    using Server = typename Traits::AnonymousPipeServerStream;
    using Client = typename Traits::AnonymousPipeClientStream;
    using Handle = typename Traits::SafePipeHandle;
    using Memory = typename Traits::MemoryStream;
    using TokenSource = typename Traits::CancellationTokenSource;

    static const auto table = [] {
        Table<Traits, const Traits> made;

        made.Method("AnonymousPipeServerStream", {}, ROW(MakeDefault<Server>(with)));
        made.Method("AnonymousPipeServerStream", {"direction"},
                    ROW(Make<Server>(with.Direction("direction"))));
        made.Method("AnonymousPipeServerStream", {"direction", "inheritability"},
                    ROW(Make<Server>(with.Direction("direction"), with.Inheritability("inheritability"))));
        made.Method("AnonymousPipeServerStream", {"direction", "inheritability", "bufferSize"},
                    ROW(Make<Server>(with.Direction("direction"), with.Inheritability("inheritability"),
                                     with.Int("bufferSize"))));
        made.Method("AnonymousPipeServerStream",
                    {"direction", "serverSafePipeHandle", "clientSafePipeHandle"},
                    ROW(Make<Server>(with.Direction("direction"), with.SafeHandle("serverSafePipeHandle"),
                                     with.SafeHandle("clientSafePipeHandle"))));

        made.Method("AnonymousPipeClientStream", {"pipeHandleAsString"},
                    ROW(Make<Client>(with.Text("pipeHandleAsString"))));
        made.Method("AnonymousPipeClientStream", {"direction", "pipeHandleAsString"},
                    ROW(Make<Client>(with.Direction("direction"), with.Text("pipeHandleAsString"))));
        made.Method("AnonymousPipeClientStream", {"direction", "safePipeHandle"},
                    ROW(Make<Client>(with.Direction("direction"), with.SafeHandle("safePipeHandle"))));

        if constexpr (Present<Handle>) {
            made.Method("SafePipeHandle", {}, ROW(MakeDefault<Handle>(with)));
            made.Method("SafePipeHandle", {"preexistingHandle", "ownsHandle"},
                        ROW(Make<Handle>(with.SystemHandle("preexistingHandle"), with.Bool("ownsHandle"))));
        }
        if constexpr (Present<TokenSource>) {
            made.Method("CancellationTokenSource", {}, ROW(MakeDefault<TokenSource>(with)));
        }

        if constexpr (Present<Memory>) {
            made.Method("MemoryStream", {}, ROW(MakeDefault<Memory>(with)));
            made.Method("MemoryStream", {"writable"}, ROW(Make<Memory>(with.Bool("writable"))));
        }
        AddTextConstructors(made);
        made.Method("Bytes", {"text"}, ROW(with.NewBytes()));
        made.Method("Bytes", {"hex"}, ROW(with.NewBytes()));
        made.Method("Bytes", {"length"}, ROW(with.NewBytes()));
        made.Method("Bytes", {"pattern", "length"}, ROW(with.NewBytes()));
        made.Method("Descriptor", {"kind"}, ROW(with.NewDescriptor()));
        return made;
    }();
    return table;
}

template <typename Traits>
const Table<Traits, const Traits>& StaticMembers() {
    using Stream = typename Traits::Stream;

    static const auto table = [] {
        Table<Traits, const Traits> made;
        if constexpr (Present<Stream>) {
            made.Method("Synchronized", {"stream"}, ROW(Stream::Synchronized(with.SharedStream("stream"))));
        }
        return made;
    }();
    return table;
}

#undef ROW

}  // namespace pipects::adapter
