// A value that must never reach a log, metric, page, error or core file by accident: it has no
// operator<<, no fmt formatter and no implicit conversion. `reveal()` is the one way out, so that a
// grep for it lists every place where a secret leaves.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace llm {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

}  // namespace llm
