#pragma once

#include <pipects/adapter/Table.hpp>
#include <pipects/adapter/Traits.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace pipects::adapter {

/// The members that a case can reach of a `T` (Members.hpp).
template <typename Traits, typename T>
const Table<Traits, T>& MembersOf();

/// A type for which the kit says itself what is the same, and what goes on in the background.
template <typename T>
concept ComparesItself = requires(const T& it) {
    { it.IsSameAs(it) } -> std::convertible_to<bool>;
};
template <typename T>
concept IsOperation = requires(T& it, Arguments& arguments) {
    { it.IsPending() } -> std::convertible_to<bool>;
    it.Settle(arguments);
};

/// An object of the implementation, or of the kit, behind the documented names of its members.
template <typename Traits, typename T>
class Native final : public Object {
  public:
    explicit Native(std::shared_ptr<T> object) : object_(std::move(object)) {}

    [[nodiscard]] const std::shared_ptr<T>& Get() const noexcept { return object_; }

    [[nodiscard]] std::string Type() const override { return DocumentedType<Traits, T>(); }
    Value Call(const std::string& member, Arguments& arguments) override {
        return MembersOf<Traits, T>().Call(*object_, member, arguments);
    }
    Value Get(const std::string& member, Arguments& arguments) override {
        return MembersOf<Traits, T>().Get(*object_, member, arguments);
    }
    void Set(const std::string& member, Arguments& arguments) override {
        MembersOf<Traits, T>().Set(*object_, member, arguments);
    }
    void Dispose() override {
        if (MembersOf<Traits, T>().HasOverload("Dispose", {})) {
            Objects none;
            Arguments arguments(none);
            MembersOf<Traits, T>().Call(*object_, "Dispose", arguments);
        }
    }

    [[nodiscard]] bool IsSameAs(const Object& other) const override {
        const auto* same = dynamic_cast<const Native*>(&other);
        if constexpr (ComparesItself<T>) {
            return same != nullptr && object_->IsSameAs(*same->object_);
        } else if constexpr (std::is_same_v<T, typename Traits::CancellationToken>) {
            return same != nullptr && *object_ == *same->object_;
        } else {
            return same != nullptr && object_ == same->object_;
        }
    }
    [[nodiscard]] bool IsPending() const override {
        if constexpr (IsOperation<T>) {
            return object_->IsPending();
        } else {
            return false;
        }
    }
    void Settle(Arguments& arguments) override {
        if constexpr (IsOperation<T>) {
            object_->Settle(arguments);
        }
    }

  private:
    std::shared_ptr<T> object_;
};

template <typename Traits, typename T>
std::shared_ptr<Object> Wrap(std::shared_ptr<T> object) {
    return object == nullptr ? nullptr : std::make_shared<Native<Traits, T>>(std::move(object));
}

/// The `T` behind an object, null if it is something else.
template <typename Traits, typename T>
std::shared_ptr<T> Unwrap(const std::shared_ptr<Object>& object) {
    const auto native = std::dynamic_pointer_cast<Native<Traits, T>>(object);
    return native == nullptr ? nullptr : native->Get();
}

}  // namespace pipects::adapter
