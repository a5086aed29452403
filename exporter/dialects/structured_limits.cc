#include "dialects/structured_limits.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "dialects/numbers.h"

namespace llm {

namespace {

// One member of a list: its quoted names and its parameters.
struct Item {
  std::vector<std::string_view> names;
  std::optional<double> q, w, r, t;
};

// Up to the next `separator` outside quotes, taken off the front of `text`. Names have no escapes.
std::string_view take(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != separator); ++end) {
    if (text[end] == '"') quoted = !quoted;
  }
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trim(part);
}

void read_parameter(std::string_view part, Item& item) {
  const auto equals = part.find('=');
  if (part.size() >= 2 && part.front() == '"' && part.back() == '"') {
    item.names.push_back(part.substr(1, part.size() - 2));
  } else if (equals != std::string_view::npos) {
    const auto key = part.substr(0, equals);
    const auto value = parse_decimal(part.substr(equals + 1));
    if (key == "q") item.q = value;
    if (key == "w") item.w = value;
    if (key == "r") item.r = value;
    if (key == "t") item.t = value;
  }
}

Item take_item(std::string_view& list) {
  Item item;
  auto text = take(list, ',');
  while (!text.empty()) read_parameter(take(text, ';'), item);
  return item;
}

LimitWindow window_of(double seconds) {
  constexpr std::pair<double, LimitWindow> kWindows[] = {{1, LimitWindow::second},
                                                         {60, LimitWindow::minute},
                                                         {300, LimitWindow::five_minutes},
                                                         {3'600, LimitWindow::hour},
                                                         {86'400, LimitWindow::day}};
  for (const auto& [length, window] : kWindows) {
    if (seconds == length) return window;
  }
  const double days = seconds / 86'400;
  return days >= 28 && days <= 31 ? LimitWindow::month : LimitWindow::unknown;
}

std::optional<double> at_most(std::optional<double> value, double max) {
  return value && *value <= max ? value : std::nullopt;
}

}  // namespace

RateLimit parse_structured_limit(std::string_view limit, std::string_view policy) {
  const Item now = take_item(limit);
  RateLimit out{.resource = Resource::requests};
  out.remaining = at_most(now.r, kMaxLimit);
  out.reset_seconds = at_most(now.t, kMaxResetSeconds);
  while (!policy.empty()) {
    const Item rule = take_item(policy);
    const bool same =
        now.names.empty() || std::ranges::find(rule.names, now.names.front()) != rule.names.end();
    if (!same) continue;
    out.limit = at_most(rule.q, kMaxLimit);
    if (rule.w) out.window = window_of(*rule.w);
    break;
  }
  return out;
}

}  // namespace llm
