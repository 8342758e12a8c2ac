#pragma once

#include <pipects/adapter/Constructors.hpp>

#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <type_traits>

namespace pipects::adapter {

/// Whether a handle object can be made of every number of 64 bits: braces refuse what would be cut off.
template <typename Handle>
concept TakesWideNumbers = sizeof(std::intptr_t) == sizeof(std::int64_t) && requires(std::intptr_t number) {
    Handle{number, true};
};

/// The capabilities, as spec/capabilities.yaml names them, that an implementation lacks as far as its types
/// tell.
template <typename Traits>
std::set<std::string> FindLacks() {
    const auto& server = MembersOf<Traits, typename Traits::AnonymousPipeServerStream>();
    const auto& client = MembersOf<Traits, typename Traits::AnonymousPipeClientStream>();
    const auto& constructors = Constructors<Traits>();

    const auto bothHave = [&](std::initializer_list<const char*> members) {
        for (const char* member : members) {
            if (!server.Has(member) || !client.Has(member)) {
                return false;
            }
        }
        return true;
    };
    const auto bothHaveSpan = [&](const char* member) {
        return server.HasOverload(member, {"buffer"}) && client.HasOverload(member, {"buffer"});
    };

    std::set<std::string> lacks;
    const auto require = [&](const char* capability, bool present) {
        if (!present) {
            lacks.insert(capability);
        }
    };
    require("access-control", bothHave({"GetAccessControl", "SetAccessControl"}));
    require("async", bothHave({"ReadAsync", "WriteAsync", "FlushAsync"}) &&
                         constructors.Has("CancellationTokenSource"));
    require("async-dispose", bothHave({"DisposeAsync"}));
    require("begin-end", bothHave({"BeginRead", "EndRead", "BeginWrite", "EndWrite"}));
    require("copy-to", bothHave({"CopyTo", "CopyToAsync"}) && constructors.Has("MemoryStream"));
    require("null-arguments", Traits::acceptsNull);
    require("read-exactly", bothHave({"ReadExactly", "ReadExactlyAsync", "ReadAtLeast", "ReadAtLeastAsync"}));
    require("safe-handle", constructors.HasOverload("SafePipeHandle", {"preexistingHandle", "ownsHandle"}) &&
                               bothHave({"SafePipeHandle"}) && server.Has("ClientSafePipeHandle"));
    require("span", bothHaveSpan("Read") && bothHaveSpan("Write"));
    require("synchronized", StaticMembers<Traits>().Has("Synchronized"));
    require("text-streams", constructors.Has("StreamWriter") && constructors.Has("StreamReader"));
    require("undefined-enum", std::is_enum_v<typename Traits::PipeDirection>);
    require("wide-handles", TakesWideNumbers<typename Traits::SafePipeHandle>);
    return lacks;
}

}  // namespace pipects::adapter
