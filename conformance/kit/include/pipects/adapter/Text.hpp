#pragma once

#include <pipects/adapter/Table.hpp>
#include <pipects/adapter/With.hpp>

#include <memory>
#include <type_traits>
#include <utility>

// StreamWriter and StreamReader: how they are made, and their members.

namespace pipects::adapter {

/// A writer or a reader that keeps the stream which it is made on: such a class refers to it only.
template <typename T, typename Stream, typename... More>
requires std::is_constructible_v<T, Stream*, More...> std::shared_ptr<T> MakeOn(
    std::shared_ptr<Stream> stream, More... more) {
    struct Both {
        explicit Both(std::shared_ptr<Stream> given, More... andMore)
            : stream(std::move(given)), text(stream.get(), andMore...) {}
        std::shared_ptr<Stream> stream;
        T text;
    };
    const auto both = std::make_shared<Both>(std::move(stream), more...);
    return {both, &both->text};
}

#define ROW PIPECTS_ROW

template <typename Traits>
void AddTextConstructors(Table<Traits, const Traits>& table) {
    if constexpr (Present<typename Traits::StreamWriter>) {
        table.Method("StreamWriter", {"stream"},
                     ROW(MakeOn<typename Traits::StreamWriter>(with.SharedStream("stream"))));
        table.Method(
            "StreamWriter", {"stream", "leaveOpen"},
            ROW(MakeOn<typename Traits::StreamWriter>(with.SharedStream("stream"), with.Bool("leaveOpen"))));
    }
    if constexpr (Present<typename Traits::StreamReader>) {
        table.Method("StreamReader", {"stream"},
                     ROW(MakeOn<typename Traits::StreamReader>(with.SharedStream("stream"))));
        table.Method(
            "StreamReader", {"stream", "leaveOpen"},
            ROW(MakeOn<typename Traits::StreamReader>(with.SharedStream("stream"), with.Bool("leaveOpen"))));
    }
}

template <typename Traits, typename T>
void AddTextMembers(Table<Traits, T>& table) {
    table.Property("AutoFlush", ROW(it.AutoFlush()), ROW(it.SetAutoFlush(with.Bool("value"))));
    table.Method("Write", {"value"}, ROW(it.Write(with.Characters("value"))));
    table.Method("WriteLine", {}, ROW(it.WriteLine()));
    table.Method("WriteLine", {"value"}, ROW(it.WriteLine(with.Characters("value"))));
    table.Method("Flush", {}, ROW(it.Flush()));

    table.Property("EndOfStream", ROW(it.EndOfStream()));
    table.Method("ReadLine", {}, ROW(it.ReadLine()));
    table.Method("ReadToEnd", {}, ROW(it.ReadToEnd()));

    table.Method("Dispose", {}, ROW(it.Dispose()));
    table.Method("Close", {}, ROW(it.Close()));
}

#undef ROW

}  // namespace pipects::adapter
