#include "config/duration.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace llm {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t millis;
};
constexpr Unit kUnits[] = {{"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000},
                           {"m", 60'000},      {"s", 1'000},      {"ms", 1}};

// Numbers longer than this are no durations that anyone means, and shorter ones cannot overflow.
constexpr std::size_t kMaxDigits = 9;

}  // namespace

std::optional<Millis> parse_duration(std::string_view text) {
  if (text == "0") return Millis{0};
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > kMaxDigits) return std::nullopt;
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + digits, number);
    text.remove_prefix(digits);

    const auto name = text.substr(0, text.find_first_of("0123456789"));
    while (next_unit < std::size(kUnits) && kUnits[next_unit].name != name) ++next_unit;
    if (next_unit == std::size(kUnits)) return std::nullopt;
    total += number * kUnits[next_unit++].millis;
    text.remove_prefix(name.size());
  }
  return Millis{total};
}

std::string format_duration(Millis duration) {
  if (duration.count() == 0) return "0s";
  std::string text;
  auto left = static_cast<std::int64_t>(duration.count());
  for (const auto& unit : kUnits) {
    // "1w" and "1d" read well for round numbers only; 90d is not 12w6d.
    if (unit.name == "w" && left % unit.millis != 0) continue;
    if (left >= unit.millis) text += fmt::format("{}{}", left / unit.millis, unit.name);
    left %= unit.millis;
  }
  return text;
}

}  // namespace llm
