#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "config/duration.h"
#include "config/json_value.h"
#include "config/syntax.h"

namespace llm {
namespace {

// The text of an unquoted value, else an error: quoted, "5" and "true" are text.
const std::string* scalar(const Field& field, std::string_view wanted) {
  if (field.is(YamlNode::Kind::plain)) return &field.node().text;
  field.error(fmt::format("must be {}, here {}", wanted, describe(field.node())));
  return nullptr;
}

template <class Number>
std::optional<Number> to_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string_view describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::list:
      return "a list";
    case YamlNode::Kind::map:
      return "a mapping";
    case YamlNode::Kind::quoted:
      return "text";
    case YamlNode::Kind::plain:
      break;
  }
  const auto value = plain_to_json(node.text);
  return value.is_boolean() ? "true or false" : value.is_number() ? "a number" : "text";
}

std::optional<std::string> read_text(const Field& field, std::size_t max_bytes, Lines lines) {
  const auto& node = field.node();
  const bool is_text = field.is(YamlNode::Kind::quoted) ||
                       (field.is(YamlNode::Kind::plain) && plain_to_json(node.text).is_string());
  if (!is_text) {
    const bool quotable = field.is(YamlNode::Kind::plain);
    field.error(fmt::format("must be text, here {}{}", describe(node),
                            quotable ? "; put it in quotes" : ""));
  } else if (trim(node.text).empty()) {
    field.error("is empty; remove the key or give a value");
  } else if (node.text.size() > max_bytes) {
    field.error(fmt::format("longer than {} bytes", max_bytes));
  } else if (has_control(node.text, lines == Lines::many ? "\n\t" : "")) {
    field.error("contains a control character; remove it");
  } else {
    return node.text;
  }
  return std::nullopt;
}

std::optional<bool> read_bool(const Field& field) {
  const auto* text = scalar(field, "true or false");
  if (text == nullptr) return std::nullopt;
  if (*text == "true" || *text == "false") return *text == "true";
  field.error(fmt::format("must be true or false, here {}", in_quotes(*text)));
  return std::nullopt;
}

std::optional<std::uint32_t> read_count(const Field& field, std::uint32_t min, std::uint32_t max) {
  const auto number = read_whole(field, min, max);
  return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

std::optional<std::uint64_t> read_whole(const Field& field, std::uint64_t min, std::uint64_t max) {
  const auto* text = scalar(field, "a whole number");
  if (text == nullptr) return std::nullopt;
  const auto number = to_number<std::uint64_t>(*text);
  if (number && *number >= min && *number <= max) return number;
  field.error(
      fmt::format("must be a whole number from {} to {}, here {}", min, max, in_quotes(*text)));
  return std::nullopt;
}

std::optional<double> read_positive(const Field& field) {
  const auto* text = scalar(field, "a number");
  if (text == nullptr) return std::nullopt;
  const auto number = to_number<double>(*text);
  if (number && std::isfinite(*number) && *number > 0) return number;
  field.error(fmt::format("must be a number above 0, here {}", in_quotes(*text)));
  return std::nullopt;
}

std::optional<double> read_number(const Field& field, double min, double max) {
  const auto* text = scalar(field, "a number");
  if (text == nullptr) return std::nullopt;
  const auto number = to_number<double>(*text);
  if (number && *number >= min && *number <= max) return number;  // NaN is not
  field.error(fmt::format("must be a number from {} to {}, here {}", min, max, in_quotes(*text)));
  return std::nullopt;
}

std::optional<Millis> read_duration(const Field& field, Millis min, Millis max) {
  const auto* text = field.is(YamlNode::Kind::quoted)
                         ? &field.node().text
                         : scalar(field, "a duration such as 30s, 5m or 250ms");
  if (text == nullptr) return std::nullopt;
  const auto duration = parse_duration(*text);
  if (!duration) {
    const bool unitless = to_number<std::uint32_t>(*text).has_value();
    field.error(unitless
                    ? fmt::format("{} has no unit; did you mean \"{}s\"?", in_quotes(*text), *text)
                    : fmt::format("must be a duration such as 30s, 5m, 1h30m or 250ms, here {}",
                                  in_quotes(*text)));
  } else if (*duration < min || *duration > max) {
    field.error(fmt::format("must be from {} to {}, here {}", format_duration(min),
                            format_duration(max), in_quotes(*text)));
  } else {
    return duration;
  }
  return std::nullopt;
}

std::optional<std::vector<Field>> read_list(const Field& field) {
  if (!field.is(YamlNode::Kind::list)) {
    field.error(fmt::format("must be a list, here {}", describe(field.node())));
    return std::nullopt;
  }
  if (field.node().items.empty()) {
    field.error("the list is empty; give at least one");
    return std::nullopt;
  }
  std::vector<Field> items;
  for (const auto& item : field.node().items) {
    items.emplace_back(field.key(), *item, field.diagnostics());
  }
  return items;
}

std::optional<std::size_t> read_choice(const Field& field,
                                       std::span<const std::string_view> choices) {
  const auto listed = fmt::format("one of: {}", fmt::join(choices, ", "));
  const auto& node = field.node();
  if (!field.is(YamlNode::Kind::plain) && !field.is(YamlNode::Kind::quoted)) {
    field.error(fmt::format("must be {}, here {}", listed, describe(node)));
    return std::nullopt;
  }
  const auto found = std::find(choices.begin(), choices.end(), node.text);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  const auto meant = did_you_mean(node.text, choices);
  field.error(meant
                  ? fmt::format("{} is unknown; did you mean \"{}\"?", in_quotes(node.text), *meant)
                  : fmt::format("{} is unknown; must be {}", in_quotes(node.text), listed));
  return std::nullopt;
}

}  // namespace llm
