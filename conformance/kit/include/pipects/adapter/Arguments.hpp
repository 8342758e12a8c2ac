#pragma once

#include <pipects/adapter/Bytes.hpp>
#include <pipects/adapter/Object.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pipects::adapter {

/// The arrays that a request spelled out in place, by parameter.
using Arrays = std::map<std::string, std::shared_ptr<Array>>;

/// The arguments of one call, resolved: names of objects into objects, descriptions of bytes into arrays.
///
/// Threads: one, that of the call.
class Arguments {
  public:
    /// @param described the protocol's `arguments`
    Arguments(const Json& described, Objects& objects) : objects_(&objects) {
        if (!described.is_object()) {
            throw Fault(FaultCode::WrongParameters, "arguments go by name");
        }
        for (const auto& [name, argument] : described.items()) {
            Resolve(name, argument);
        }
    }
    explicit Arguments(Objects& objects) : objects_(&objects) {}

    void Bind(const std::string& name, Value value) { values_[name] = std::move(value); }

    [[nodiscard]] std::set<std::string> Names() const {
        std::set<std::string> names;
        for (const auto& [name, value] : values_) {
            names.insert(name);
        }
        return names;
    }

    /// An argument as it was given; only asked for those that the overload has.
    [[nodiscard]] const Value& operator[](const std::string& name) const {
        const auto found = values_.find(name);
        if (found == values_.end()) {
            throw Fault(FaultCode::WrongParameters, "there is no argument '" + name + "'");
        }
        return found->second;
    }
    [[nodiscard]] bool IsNull(const std::string& name) const {
        return (*this)[name].object == nullptr && (*this)[name].json.is_null() && !arrays_.contains(name);
    }

    /// The array that was spelled out for a parameter, or null.
    [[nodiscard]] std::shared_ptr<Array> InPlaceArray(const std::string& name) const {
        const auto found = arrays_.find(name);
        return found == arrays_.end() ? nullptr : found->second;
    }
    [[nodiscard]] const Arrays& InPlaceArrays() const noexcept { return arrays_; }

    /// All that an operation which goes on after the call may need: the objects of the call.
    [[nodiscard]] std::vector<std::shared_ptr<Object>> GivenObjects() const {
        std::vector<std::shared_ptr<Object>> given;
        for (const auto& [name, value] : values_) {
            if (value.object != nullptr) {
                given.push_back(value.object);
            }
        }
        return given;
    }

    /// Shows arrays of an earlier call, whose operation this call ended, with this call's outcome.
    void Borrow(const Arrays& arrays) { borrowed_.insert(arrays.begin(), arrays.end()); }

    /// The arrays as they stand after the call, as the protocol shows them.
    [[nodiscard]] Json ShownArrays() const {
        constexpr std::size_t largest = 65536;
        Json shown = Json::object();
        for (const Arrays* arrays : {&arrays_, &borrowed_}) {
            for (const auto& [name, array] : *arrays) {
                if (array->size() <= largest) {
                    shown[name] = ToHex(*array);
                }
            }
        }
        return shown;
    }

    [[nodiscard]] Objects& Named() const noexcept { return *objects_; }

    /// The object whose member is called, null for a constructor or a static member.
    [[nodiscard]] const std::shared_ptr<Object>& Self() const noexcept { return self_; }
    void SetSelf(std::shared_ptr<Object> self) { self_ = std::move(self); }

  private:
    void Resolve(const std::string& name, const Json& argument) {
        if (argument.is_object() && argument.contains("object")) {
            if (!argument["object"].is_string()) {
                throw Fault(FaultCode::WrongParameters, "an object goes by its name");
            }
            values_[name] = objects_->Get(argument["object"].get<std::string>());
            return;
        }
        values_[name] = Value{argument, nullptr};
        if (argument.is_object() && argument.contains("bytes")) {
            arrays_[name] = std::make_shared<Array>(MakeBytes(argument["bytes"]));
        }
    }

    Objects* objects_;
    std::shared_ptr<Object> self_;
    std::map<std::string, Value> values_;
    Arrays arrays_;
    Arrays borrowed_;
};

}  // namespace pipects::adapter
