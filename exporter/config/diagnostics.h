// Collects what is wrong with a configuration file, so that the user sees all of it at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace llm {

// Where something stands in the file; both count from 1, 0 is the file as a whole. Columns are
// bytes.
struct Position {
  int line = 0;
  int column = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// A file of garbage must not become a page of garbage: what comes after this many is only counted.
inline constexpr std::size_t kMaxErrors = 200;

class Diagnostics {
 public:
  explicit Diagnostics(std::string file) : file_(std::move(file)) {}

  void error(Position at, std::string message);
  void warning(Position at, std::string message);

  bool failed() const { return !errors_.empty(); }
  bool full() const { return errors_.size() > kMaxErrors; }
  const std::string& file() const { return file_; }

  // In file order, each once (what an alias repeats is reported where it is written).
  ConfigErrors errors() const;
  std::vector<std::string> warnings() const;

 private:
  std::string file_;
  ConfigErrors errors_, warnings_;
};

// Text from the file as an error quotes it: bounded, and without what looks like a credential.
std::string in_quotes(std::string_view text);

}  // namespace llm
