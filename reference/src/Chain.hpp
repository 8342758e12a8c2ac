#pragma once

#include <cstddef>

namespace System::IO::Pipes::Detail {

/// What an element of a Chain<T> derives from; it stands in one chain at most.
template <typename T>
struct Chained {
    T* previous = nullptr;
    T* next = nullptr;
    bool isChained = false;
};

/// A list through its own elements: it allocates nothing, and whoever has an element can take it out.
template <typename T>
class Chain {
  public:
    [[nodiscard]] T* First() const noexcept { return first_; }

    void Append(T& element) noexcept {
        element.previous = last_;
        element.next = nullptr;
        element.isChained = true;
        (last_ != nullptr ? last_->next : first_) = &element;
        last_ = &element;
    }

    void Remove(T& element) noexcept {
        (element.previous != nullptr ? element.previous->next : first_) = element.next;
        (element.next != nullptr ? element.next->previous : last_) = element.previous;
        element.isChained = false;
    }

  private:
    T* first_ = nullptr;
    T* last_ = nullptr;
};

}  // namespace System::IO::Pipes::Detail
