#pragma once

#include <utility>

#include <unistd.h>

namespace pipects::director {

/// A descriptor of this process, closed with its owner.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, none)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ != none) {
            ::close(number_);
        }
    }

    [[nodiscard]] int Get() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ != none; }

  private:
    static constexpr int none = -1;
    int number_ = none;
};

}  // namespace pipects::director
