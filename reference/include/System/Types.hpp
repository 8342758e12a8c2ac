#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace System {

/// The documentation's `Byte`.
using Byte = std::uint8_t;

template <typename T>
class ArrayView;

namespace Detail {

template <typename Container, typename T>
concept ElementsOf = !std::is_same_v<std::remove_cvref_t<Container>, ArrayView<T>> &&
                     std::is_convertible_v<Container&, std::span<T>>;

}  // namespace Detail

/// What `array<T>^` is in the documentation's signatures: elements that somebody else owns, or null.
///
/// It never owns; the elements must outlive every call, and every asynchronous operation, that they are given
/// to. An empty container is an empty array and not null; `nullptr` is null.
template <typename T>
class ArrayView {
  public:
    constexpr ArrayView(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)
    constexpr ArrayView(T* elements, std::size_t length) noexcept
        : elements_(elements, length), null_(false) {}
    constexpr ArrayView(std::span<T> elements) noexcept  // NOLINT(google-explicit-constructor)
        : elements_(elements), null_(false) {}
    template <Detail::ElementsOf<T> Container>  // which copies and moves of a view never match
    // NOLINTNEXTLINE(bugprone-forwarding-reference-overload,google-explicit-constructor)
    constexpr ArrayView(Container&& container) noexcept : elements_(container), null_(false) {}

    [[nodiscard]] constexpr bool IsNull() const noexcept { return null_; }
    [[nodiscard]] constexpr std::size_t Length() const noexcept { return elements_.size(); }
    [[nodiscard]] constexpr std::span<T> Elements() const noexcept { return elements_; }

  private:
    std::span<T> elements_;
    bool null_ = true;
};

}  // namespace System
