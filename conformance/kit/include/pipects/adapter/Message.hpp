#pragma once

#include <pipects/adapter/Fault.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace pipects::adapter {

using Json = nlohmann::json;

/// One JSON-RPC request.
struct Request {
    Json id;
    std::string method;
    Json params = Json::object();

    /// The thread that the request is to run on.
    [[nodiscard]] std::string Thread() const { return params.value("thread", "main"); }

    /// A parameter that the method cannot do without.
    [[nodiscard]] const Json& Required(const char* name) const {
        const auto found = params.find(name);
        if (found == params.end()) {
            throw Fault(FaultCode::WrongParameters, method + " needs the parameter '" + name + "'");
        }
        return *found;
    }

    [[nodiscard]] std::string RequiredText(const char* name) const {
        const Json& value = Required(name);
        if (!value.is_string()) {
            throw Fault(FaultCode::WrongParameters, "'" + std::string(name) + "' must be text");
        }
        return value.get<std::string>();
    }

    /// A parameter that may be absent, or null to say the same.
    [[nodiscard]] std::string OptionalText(const char* name) const {
        const auto found = params.find(name);
        return found == params.end() || found->is_null() ? std::string() : RequiredText(name);
    }
};

/// Reads a request from one message; a request that cannot be answered under an id of its own is refused.
inline Request ParseRequest(const Json& message) {
    if (!message.is_object() || message.value("jsonrpc", Json()) != "2.0" ||
        !message.value("method", Json()).is_string()) {
        throw Fault(FaultCode::MalformedRequest,
                    "a request is an object with \"jsonrpc\": \"2.0\" and a method");
    }
    Request request{message.value("id", Json()), message["method"].get<std::string>(),
                    message.value("params", Json::object())};
    if (!request.id.is_number() && !request.id.is_string()) {
        throw Fault(FaultCode::MalformedRequest, "a request needs an id, a number or a text");
    }
    if (!request.params.is_object()) {
        throw Fault(FaultCode::WrongParameters, "parameters go by name");
    }
    if (!request.params.value("thread", Json("main")).is_string()) {
        throw Fault(FaultCode::WrongParameters, "'thread' must be text");
    }
    return request;
}

inline Json ParseMessage(std::string_view line) {
    Json message = Json::parse(line, nullptr, false);
    if (message.is_discarded()) {
        throw Fault(FaultCode::MalformedMessage, "the line is not JSON");
    }
    return message;
}

/// The id to answer under when the message may be no request at all.
inline Json IdOf(const Json& message) {
    return message.is_object() ? message.value("id", Json()) : Json();
}

inline Json Answer(const Json& id, Json result) {
    return {{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

inline Json ErrorAnswer(const Json& id, const Fault& fault) {
    return {{"jsonrpc", "2.0"},
            {"id", id},
            {"error", {{"code", static_cast<int>(fault.Code())}, {"message", fault.what()}}}};
}

/// One line; text that is not UTF-8 (an implementation's message, say) is shown with replacement characters.
inline std::string ToLine(const Json& message) {
    return message.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace pipects::adapter
