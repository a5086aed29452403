// The header lines of one answer as libcurl delivers them: interim answers (1xx) first, trailers
// last, all of them counted against one limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/exchange.h"

namespace llm {

class HeaderReader {
 public:
  explicit HeaderReader(std::size_t max_bytes) : left_(max_bytes) {}

  // One line with its line end. False: over the limit.
  bool line(std::string_view line, Exchange& exchange) noexcept;
  // The header of the final answer has come to its end.
  bool complete() const { return complete_; }

 private:
  void status_line(std::string_view line, Exchange& exchange) noexcept;

  std::size_t left_;
  int status_ = 0;
  bool complete_ = false;  // what follows are trailers
};

}  // namespace llm
