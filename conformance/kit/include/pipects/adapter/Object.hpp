#pragma once

#include <pipects/adapter/Message.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace pipects::adapter {

class Arguments;
class Object;

/// What a member gives or takes: JSON, or an object (then `json` is null).
struct Value {
    Json json;
    std::shared_ptr<Object> object;
};

/// Anything that a case can have a name for.
///
/// Threads: calls may come from several at a time; whoever calls holds a reference, so that an object which
/// is forgotten in mid-call is released when the call has ended.
class Object {
  public:
    Object() = default;
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;
    virtual ~Object() = default;

    [[nodiscard]] virtual std::string Type() const = 0;
    virtual Value Call(const std::string& member, Arguments& arguments) = 0;
    virtual Value Get(const std::string& member, Arguments& arguments) = 0;
    virtual void Set(const std::string& member, Arguments& arguments) = 0;
    /// Disposes what can be disposed; throws what that throws.
    virtual void Dispose() = 0;
    /// Whether both stand for the very same thing of the implementation.
    [[nodiscard]] virtual bool IsSameAs(const Object& other) const = 0;
    /// Whether an operation is still under way here, which may write to the arrays that it was given.
    [[nodiscard]] virtual bool IsPending() const { return false; }
    /// For an operation that has ended: shows its arrays with the call that asked for its outcome.
    virtual void Settle(Arguments& /*arguments*/) {}
};

/// The names of a session, in the order in which they were given. Threads: any.
class Objects {
  public:
    using Named = std::pair<std::string, Value>;

    void Keep(const std::string& name, Value value) {
        Value replaced;  // destroyed without the lock: destruction may run the implementation's code
        const std::lock_guard lock(mutex_);
        const auto found = Find(name);
        if (found != named_.end()) {
            replaced = std::exchange(found->second, std::move(value));
        } else {
            named_.emplace_back(name, std::move(value));
        }
    }

    /// What the name stands for.
    [[nodiscard]] Value Get(const std::string& name) const {
        const std::lock_guard lock(mutex_);
        const auto found =
            std::find_if(named_.begin(), named_.end(), [&](const Named& it) { return it.first == name; });
        if (found == named_.end()) {
            throw Fault(FaultCode::NoSuchObject, "no object is called '" + name + "'");
        }
        return found->second;
    }

    /// The first name that was given to that very object, or nothing.
    [[nodiscard]] std::string NameOf(const Object& object) const {
        const std::lock_guard lock(mutex_);
        for (const auto& [name, value] : named_) {
            if (value.object != nullptr && value.object->IsSameAs(object)) {
                return name;
            }
        }
        return {};
    }

    /// Takes names away, the youngest first; names that nobody gave are passed over.
    [[nodiscard]] std::vector<Value> Take(const std::vector<std::string>& names) {
        const std::lock_guard lock(mutex_);
        return TakeIf(
            [&](const Named& it) { return std::find(names.begin(), names.end(), it.first) != names.end(); });
    }

    [[nodiscard]] std::vector<Value> TakeAll() {
        const std::lock_guard lock(mutex_);
        return TakeIf([](const Named&) { return true; });
    }

    /// Keeps what an operation needs that goes on though its object is gone: what `hasEnded` holds.
    void KeepUntil(std::function<bool()> hasEnded) {
        const std::lock_guard lock(mutex_);
        pending_.push_back(std::move(hasEnded));
    }

    /// Lets go of the operations that have ended meanwhile.
    void DropEnded() {
        std::vector<std::function<bool()>> ended;  // destroyed without the lock
        const std::lock_guard lock(mutex_);
        const auto first =
            std::partition(pending_.begin(), pending_.end(), [](const auto& it) { return !it(); });
        std::move(first, pending_.end(), std::back_inserter(ended));
        pending_.erase(first, pending_.end());
    }

  private:
    std::vector<Named>::iterator Find(const std::string& name) {
        return std::find_if(named_.begin(), named_.end(), [&](const Named& it) { return it.first == name; });
    }

    template <typename Condition>
    std::vector<Value> TakeIf(Condition&& condition) {
        const auto taken = std::stable_partition(named_.begin(), named_.end(),
                                                 [&](const Named& it) { return !condition(it); });
        std::vector<Value> values;
        for (auto it = named_.end(); it != taken;) {
            values.push_back(std::move((--it)->second));
        }
        named_.erase(taken, named_.end());
        return values;
    }

    mutable std::mutex mutex_;
    std::vector<std::function<bool()>> pending_;  // outlives the objects, whose destruction may add to it
    std::vector<Named> named_;
};

}  // namespace pipects::adapter
