#include "config/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace llm {
namespace {

constexpr std::size_t kMaxQuoted = 80;

ConfigErrors in_file_order(ConfigErrors errors) {
  const auto key = [](const ConfigError& e) { return std::tie(e.line, e.column); };
  std::stable_sort(errors.begin(), errors.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  const auto same = [&](const auto& a, const auto& b) {
    return key(a) == key(b) && a.message == b.message;
  };
  errors.erase(std::unique(errors.begin(), errors.end(), same), errors.end());
  return errors;
}

}  // namespace

std::string to_string(const ConfigError& error) {
  if (error.file.empty()) return error.message;
  if (error.line == 0) return fmt::format("{}: {}", error.file, error.message);
  return fmt::format("{}:{}:{}: {}", error.file, error.line, error.column, error.message);
}

void Diagnostics::error(Position at, std::string message) {
  if (!full()) errors_.push_back({file_, at.line, at.column, std::move(message)});
}

void Diagnostics::warning(Position at, std::string message) {
  warnings_.push_back({file_, at.line, at.column, std::move(message)});
}

ConfigErrors Diagnostics::errors() const {
  auto errors = in_file_order(errors_);
  if (full()) {
    errors.resize(std::min(errors.size(), kMaxErrors));
    errors.push_back(
        {file_, 0, 0, fmt::format("more than {} errors, the rest is not shown", kMaxErrors)});
  }
  return errors;
}

std::vector<std::string> Diagnostics::warnings() const {
  std::vector<std::string> lines;
  for (const auto& warning : in_file_order(warnings_)) lines.push_back(to_string(warning));
  return lines;
}

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", clean_text(redact(text.substr(0, 4 * kMaxQuoted), {}), kMaxQuoted));
}

}  // namespace llm
