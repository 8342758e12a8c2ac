#pragma once

#include <pipects/adapter/Children.hpp>
#include <pipects/adapter/Describe.hpp>
#include <pipects/adapter/Lacks.hpp>
#include <pipects/adapter/Outcome.hpp>
#include <pipects/adapter/Platform.hpp>
#include <pipects/adapter/Threads.hpp>
#include <pipects/adapter/Transfer.hpp>

#include <algorithm>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pipects::adapter {

/// Does what requests ask for, on the implementation that the Traits name.
///
/// It needs no connection: a test can hand requests to Handle(), which runs those of the thread `main` right
/// here, with the test's own stack below them.
template <typename Traits>
class Dispatcher {
  public:
    /// Program arguments and lacks that types don't tell are only shown, in the answer to `hello`.
    explicit Dispatcher(std::vector<std::string> programArguments = {}, std::set<std::string> lacks = {})
        : programArguments_(std::move(programArguments)), lacks_(std::move(lacks)) {
        lacks_.merge(FindLacks<Traits>());
        if (!platform::EnvironmentVariable("PIPECTS_FRESH")) {
            Traits::WarmUp();
        }
    }

    [[nodiscard]] const std::set<std::string>& Lacks() const noexcept { return lacks_; }

    /// Answers one request: on the calling thread, or if it names another thread there, waiting for it.
    Json Handle(const Json& message) { return Begin(message).get(); }

    /// The same without waiting: a call may go on on its thread, and is collected by the future.
    std::future<Json> Begin(const Json& message) {
        auto answer = std::make_shared<std::promise<Json>>();
        std::future<Json> future = answer->get_future();
        const auto reply = [answer](Json json) { answer->set_value(std::move(json)); };
        try {
            Request request = ParseRequest(message);
            if (request.Thread() == "main") {
                reply(Answered(request));
            } else {
                Post(std::move(request), reply);
            }
        } catch (const Fault& fault) {
            reply(ErrorAnswer(IdOf(message), fault));
        }
        return future;
    }

    /// Runs a request on the thread that it names, `main` too, and hands the answer to `reply`, on that
    /// thread.
    void Post(Request request, std::function<void(Json)> reply) {
        std::string thread = request.Thread();
        threads_.Post(thread,
                      [this, request = std::move(request), reply = std::move(reply)]() -> Worker::Reply {
                          return [reply, answer = Answered(request)] { reply(answer); };
                      });
    }

  private:
    using Method = Json (Dispatcher::*)(const Request&);

    /// The answer to a request, run here. Whatever goes wrong becomes a JSON-RPC error.
    Json Answered(const Request& request) {
        static const std::map<std::string, Method> methods{
            {"hello", &Dispatcher::Hello},   {"create", &Dispatcher::Create},
            {"call", &Dispatcher::Call},     {"get", &Dispatcher::Get},
            {"set", &Dispatcher::Set},       {"transfer", &Dispatcher::RunTransfer},
            {"start", &Dispatcher::Start},   {"exit", &Dispatcher::Exit},
            {"describe", &Dispatcher::Tell}, {"forget", &Dispatcher::Forget},
        };
        try {
            const auto method = methods.find(request.method);
            if (method == methods.end()) {
                throw Fault(FaultCode::NoSuchMethod, "there is no method " + request.method);
            }
            return Answer(request.id, (this->*method->second)(request));
        } catch (const Fault& fault) {
            return ErrorAnswer(request.id, fault);
        } catch (const std::exception& exception) {
            return ErrorAnswer(request.id, Fault(FaultCode::AdapterFailed, exception.what()));
        }
    }

    Json Hello(const Request& request) {
        constexpr int protocol = 1;
        if (request.params.value("protocol", Json(protocol)) != protocol) {
            throw Fault(FaultCode::WrongParameters, "this adapter speaks protocol 1");
        }
        return {{"token", platform::EnvironmentVariable("PIPECTS_TOKEN").value_or("")},
                {"protocol", protocol},
                {"name", Traits::name},
                {"version", Traits::version},
                {"language", "C++"},
                {"runtime", Runtime()},
                {"os", platform::osName},
                {"pid", platform::OwnProcessId()},
                {"arguments", programArguments_},
                {"lacks", lacks_}};
    }

    Json Create(const Request& request) {
        const std::string type = request.RequiredText("type");
        if (!Constructors<Traits>().Has(type)) {
            throw Fault(FaultCode::NotImplemented, "there is no type " + type + " that can be created");
        }
        Arguments arguments = ArgumentsOf(request);
        return Outcome(request, arguments,
                       [&] { return Constructors<Traits>().Call(Traits(), type, arguments); });
    }

    Json Call(const Request& request) {
        const std::string member = request.RequiredText("member");
        Arguments arguments = ArgumentsOf(request);
        if (request.params.contains("type")) {
            return Outcome(request, arguments, [&] { return CallStatic(request, member, arguments); });
        }
        arguments.SetSelf(ObjectOf(request));
        return Outcome(request, arguments, [&] {
            const Settling settling(arguments);
            return arguments.Self()->Call(member, arguments);
        });
    }

    Value CallStatic(const Request& request, const std::string& member, Arguments& arguments) {
        const std::string type = request.RequiredText("type");
        if (type != "Stream" && type != "PipeStream" && !type.starts_with("AnonymousPipe")) {
            throw Fault(FaultCode::NotImplemented, "there is no static member " + type + "." + member);
        }
        return StaticMembers<Traits>().Call(Traits(), member, arguments);
    }

    Json Get(const Request& request) {
        Arguments arguments(objects_);
        arguments.SetSelf(ObjectOf(request));
        return Outcome(request, arguments,
                       [&] { return arguments.Self()->Get(request.RequiredText("member"), arguments); });
    }

    Json Set(const Request& request) {
        Arguments arguments({{"value", request.Required("value")}}, objects_);
        arguments.SetSelf(ObjectOf(request));
        return Outcome(request, arguments, [&] {
            arguments.Self()->Set(request.RequiredText("member"), arguments);
            return Value();
        });
    }

    Json RunTransfer(const Request& request) {
        Transfer<Traits> transfer(request, ObjectOf(request), objects_);
        Arguments none(objects_);
        return Outcome(request, none, [&] { return transfer.Run(); });
    }

    Json Start(const Request& request) {
        const Value child{StartChild(request), nullptr};
        return {{"returned", KeepReturned(child, request.OptionalText("as"), objects_)}};
    }

    Json Tell(const Request& request) {
        return {{"returned", Describe<Traits>(request.RequiredText("type"), request.OptionalText("member"),
                                              request.params.value("overload", Json()))}};
    }

    /// In C++ an object that nobody refers to is released: there is nothing to collect.
    Json Forget(const Request& request) {
        const Json names = request.params.value("objects", Json());
        auto forgotten = names.is_null() ? objects_.TakeAll() : objects_.Take(NamesIn(names));
        if (request.params.value("dispose", Json(false)) == Json(true)) {
            for (const Value& value : forgotten) {
                DisposeQuietly(value);
            }
        }
        while (!forgotten.empty()) {
            forgotten.erase(forgotten.begin());  // the youngest first
        }
        objects_.DropEnded();
        threads_.EndIdle();
        return nullptr;
    }

    /// Only agrees: it is for whoever sends the answer to end the process after that.
    Json Exit(const Request& request) {
        if (!request.params.value("status", Json(0)).is_number_integer()) {
            throw Fault(FaultCode::WrongParameters, "'status' must be a number");
        }
        return nullptr;
    }

    static std::vector<std::string> NamesIn(const Json& names) {
        if (!names.is_array() ||
            !std::all_of(names.begin(), names.end(), [](const Json& it) { return it.is_string(); })) {
            throw Fault(FaultCode::WrongParameters, "'objects' is a list of names");
        }
        return names.get<std::vector<std::string>>();
    }

    /// Between two cases nobody wants to know what a Dispose has to complain about: `forget` never throws.
    static void DisposeQuietly(const Value& value) noexcept {
        try {
            if (value.object != nullptr) {
                value.object->Dispose();
            }
        } catch (...) {  // NOLINT(bugprone-empty-catch)
        }
    }

    /// After a call, however it ended: the outcome of an operation comes with the arrays of the call that
    /// began it.
    class Settling {
      public:
        explicit Settling(Arguments& arguments) : arguments_(arguments) {}
        Settling(const Settling&) = delete;
        Settling& operator=(const Settling&) = delete;
        ~Settling() {
            arguments_.Self()->Settle(arguments_);
            for (const auto& given : arguments_.GivenObjects()) {
                given->Settle(arguments_);
            }
        }

      private:
        Arguments& arguments_;
    };

    [[nodiscard]] Arguments ArgumentsOf(const Request& request) {
        return Arguments(request.params.value("arguments", Json::object()), objects_);
    }

    [[nodiscard]] std::shared_ptr<Object> ObjectOf(const Request& request) const {
        auto object = objects_.Get(request.RequiredText("object")).object;
        if (object == nullptr) {
            throw Fault(FaultCode::NotImplemented, "'" + request.RequiredText("object") + "' has no members");
        }
        return object;
    }

    template <typename Work>
    Json Outcome(const Request& request, Arguments& arguments, Work&& work) {
        return OutcomeOf<Traits>(std::forward<Work>(work), arguments, request.OptionalText("as"));
    }

    static std::string Runtime() {
#if defined(__clang__)
        return "Clang " __clang_version__;
#elif defined(__GNUC__)
        return "GCC " __VERSION__;
#else
        return "";
#endif
    }

    const std::vector<std::string> programArguments_;
    std::set<std::string> lacks_;
    Objects objects_;
    Threads threads_;  // last: their calls use the others
};

}  // namespace pipects::adapter
