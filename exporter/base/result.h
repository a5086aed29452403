// A value or the reason why there is none. std::expected comes with C++23; this is the part of it
// that we use.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace llm {

template <class E = std::string>
struct Err {
  E error;
};
template <class E>
Err(E) -> Err<E>;
Err(const char*)->Err<std::string>;

template <class T, class E = std::string>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: as std::expected
  Result(Err<E> e) : state_(std::in_place_index<1>, std::move(e.error)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const E& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, E> state_;
};

}  // namespace llm
