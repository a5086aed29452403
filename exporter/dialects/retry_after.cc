#include "dialects/retry_after.h"

#include <algorithm>

#include "base/text.h"
#include "dialects/numbers.h"

namespace llm {

namespace {

double capped(double seconds) { return std::clamp(seconds, 0.0, kMaxRetryAfterSeconds); }

constexpr std::string_view kSpace = " \t\r\n";

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  const auto word = text.substr(0, text.find_first_of(kSpace));
  text.remove_prefix(word.size());
  return word;
}

std::string_view without_punctuation(std::string_view word) {
  while (!word.empty() && std::string_view(".,;:!)\"'").find(word.back()) != std::string_view::npos)
    word.remove_suffix(1);
  return word;
}

std::optional<double> unit_seconds(std::string_view word) {
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"millisecond", 1e-3}, {"ms", 1e-3}, {"second", 1}, {"sec", 1},      {"s", 1},
      {"minute", 60},        {"min", 60},  {"m", 60},     {"hour", 3'600}, {"h", 3'600},
      {"day", 86'400},
  };
  for (const auto& [name, seconds] : kUnits) {
    if (iequals(word, name) || iequals(word, std::string(name) + "s")) return seconds;
  }
  return std::nullopt;
}

// "9m38.016s.", "37 seconds", "1 hour and 20 minutes". A number without a unit says nothing.
std::optional<double> duration_at(std::string_view text) {
  std::optional<double> total;
  while (true) {
    auto word = take_word(text);
    if (total && iequals(word, "and")) word = take_word(text);
    if (const auto whole = parse_go_duration(without_punctuation(word))) {
      total = total.value_or(0) + *whole;
      if (word.ends_with('.')) return total;  // of the sentence
      continue;
    }
    const auto number = parse_decimal(word);
    const auto unit = unit_seconds(without_punctuation(take_word(text)));
    if (!number || !unit) return total;
    total = total.value_or(0) + *number * *unit;
  }
}

}  // namespace

std::optional<double> read_retry_after_seconds(const HeaderList& headers, WallTime now) {
  for (const auto name : {"retry-after-ms", "x-ms-retry-after-ms"}) {
    const auto value = find_header(headers, name);
    const auto millis = value ? parse_decimal(*value) : std::nullopt;
    if (millis) return capped(*millis / 1e3);
  }
  const auto value = find_header(headers, "retry-after");
  if (!value) return std::nullopt;
  if (const auto seconds = parse_decimal(*value)) return capped(*seconds);
  const auto when = parse_http_date(*value);
  if (!when) return std::nullopt;
  return capped(to_unix_seconds(*when) - to_unix_seconds(now));
}

std::optional<double> find_retry_after_seconds(std::string_view message) {
  const auto lower = to_lower(message);
  for (const std::string_view lead : {"try again in ", "retry after ", "retry in "}) {
    const auto at = lower.find(lead);
    if (at == std::string::npos) continue;
    if (const auto seconds = duration_at(std::string_view(lower).substr(at + lead.size())))
      return capped(*seconds);
  }
  return std::nullopt;
}

}  // namespace llm
