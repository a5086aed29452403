#include "simulator/yaml_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace llm::sim {
namespace {

constexpr std::size_t kMaxErrors = 100;  // nobody reads more
constexpr Nanos kLongest = std::chrono::hours(24);

std::optional<double> to_real(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> to_integer(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Nanos> to_duration(std::string_view text) {
  struct Unit {
    std::string_view suffix;
    double nanos;
  };
  // "ms" and "us" before "s".
  constexpr Unit kUnits[] = {{"ms", 1e6}, {"us", 1e3}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
  for (const auto& unit : kUnits) {
    if (!text.ends_with(unit.suffix)) continue;
    const auto value = to_real(text.substr(0, text.size() - unit.suffix.size()));
    if (!value || *value < 0 || *value * unit.nanos > 1e18) return std::nullopt;
    return Nanos(static_cast<std::int64_t>(*value * unit.nanos));
  }
  return std::nullopt;
}

std::string shown(std::string_view text) { return clean_text(text, 60); }

}  // namespace

void YamlErrors::add(const YAML::Mark& mark, std::string message) {
  if (errors.size() >= kMaxErrors) return;
  const bool known = !mark.is_null();
  errors.push_back({.line = known ? mark.line + 1 : 0,
                    .column = known ? mark.column + 1 : 0,
                    .message = std::move(message)});
}

YamlMap::YamlMap(const YAML::Node& node, std::string path, YamlErrors* errors)
    : mark_(node.Mark()), path_(std::move(path)), errors_(*errors) {
  if (!node.IsMap()) {
    errors_.add(mark_,
                fmt::format("{}: a mapping is expected here", path_.empty() ? "simulator" : path_));
    return;
  }
  valid_ = spend(node);
  if (!valid_) return;
  for (const auto& entry : node) {
    entries_.push_back(
        {entry.first.IsScalar() ? entry.first.Scalar() : "?", entry.first.Mark(), entry.second});
  }
}

const YamlMap::Entry* YamlMap::peek(std::string_view key) const {
  for (const auto& entry : entries_) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

bool YamlMap::spend(const YAML::Node& node) {
  if (errors_.nodes_left <= node.size()) {
    if (errors_.nodes_left > 0) errors_.add(node.Mark(), "the script has too many nodes");
    errors_.nodes_left = 0;
    return false;
  }
  errors_.nodes_left -= node.size() + 1;
  return true;
}

std::string YamlMap::name(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

std::optional<YAML::Node> YamlMap::find(std::string_view key) {
  known_.emplace_back(key);
  const auto* found = peek(key);
  if (found == nullptr) return std::nullopt;
  for (const auto& entry : entries_) {
    if (&entry > found && entry.key == key) {
      errors_.add(entry.key_mark, fmt::format("{}: this key is given twice", name(key)));
    }
  }
  return found->value;
}

std::optional<std::string> YamlMap::scalar(const YAML::Node& node, std::string_view name,
                                           std::string_view expected) {
  if (node.IsScalar()) return node.Scalar();
  errors_.add(node.Mark(), fmt::format("{}: {} is expected here", name, expected));
  return std::nullopt;
}

std::optional<std::string> YamlMap::scalar(std::string_view key, std::string_view expected) {
  const auto node = find(key);
  return node ? scalar(*node, name(key), expected) : std::nullopt;
}

void YamlMap::text(std::string_view key, std::string* into, std::size_t max_bytes) {
  auto value = scalar(key, "text");
  if (!value) return;
  if (value->size() > max_bytes) {
    error(key, fmt::format("longer than {} bytes", max_bytes));
  } else {
    *into = std::move(*value);
  }
}

void YamlMap::texts(std::string_view key, std::vector<std::string>* into, std::size_t max_items) {
  const auto node = find(key);
  if (!node) return;
  if (node->IsScalar()) {
    into->push_back(node->Scalar());
    return;
  }
  if (!node->IsSequence() || node->size() == 0 || node->size() > max_items || !spend(*node)) {
    error(key, fmt::format("a list of 1 to {} texts is expected here", max_items));
    return;
  }
  for (const auto& item : *node) {
    if (auto value = scalar(item, name(key), "a list of texts")) into->push_back(*value);
  }
}

void YamlMap::flag(std::string_view key, bool* into) {
  const auto value = scalar(key, "true or false");
  if (!value) return;
  if (*value != "true" && *value != "false") {
    error(key, fmt::format("'{}' is neither true nor false", shown(*value)));
  }
  *into = *value == "true";
}

void YamlMap::real(std::string_view key, double* into, double min, double max) {
  const auto value = scalar(key, "a number");
  if (!value) return;
  const auto number = to_real(*value);
  if (!number || *number < min || *number > max) {
    error(key, fmt::format("'{}' is not a number from {} to {}", shown(*value), min, max));
  } else {
    *into = *number;
  }
}

std::optional<std::uint64_t> YamlMap::integer(std::string_view key, std::uint64_t min,
                                              std::uint64_t max) {
  const auto value = scalar(key, "a whole number");
  if (!value) return std::nullopt;
  const auto number = to_integer(*value);
  if (number && *number >= min && *number <= max) return number;
  error(key, fmt::format("'{}' is not a whole number from {} to {}", shown(*value), min, max));
  return std::nullopt;
}

void YamlMap::counts(std::string_view key, std::vector<std::uint64_t>* into, std::uint64_t min) {
  std::vector<std::string> items;
  texts(key, &items);
  for (const auto& item : items) {
    const auto number = to_integer(item);
    if (number && *number >= min) {
      into->push_back(*number);
    } else {
      error(key, fmt::format("'{}' is not a whole number of at least {}", shown(item), min));
    }
  }
}

void YamlMap::duration(std::string_view key, Nanos* into, Nanos min) {
  std::optional<Nanos> value;
  duration(key, &value, min);
  if (value) *into = *value;
}

void YamlMap::duration(std::string_view key, std::optional<Nanos>* into, Nanos min) {
  const auto value = scalar(key, "a duration");
  if (!value) return;
  const auto nanos = to_duration(*value);
  if (!nanos || *nanos > kLongest) {
    error(key, fmt::format("'{}' is not a duration up to 24h; write 300ms, 5s, 2m or 1h",
                           shown(*value)));
  } else if (*nanos < min) {
    error(key, fmt::format("'{}' is too short; at least {}ms", shown(*value),
                           std::chrono::duration<double, std::milli>(min).count()));
  } else {
    *into = nanos;
  }
}

void YamlMap::fraction(std::string_view key, double* into) {
  const auto value = scalar(key, "a percentage");
  if (!value) return;
  const bool percent = value->ends_with('%');
  auto number = to_real(std::string_view(*value).substr(0, value->size() - (percent ? 1 : 0)));
  if (number && percent) *number /= 100;
  if (!number || *number < 0 || *number > 1) {
    error(key, fmt::format("'{}' is not a share; write 20% or 0.2", shown(*value)));
  } else {
    *into = *number;
  }
}

void YamlMap::choice(std::string_view key, std::string* into,
                     const std::vector<std::string_view>& choices) {
  const auto value = scalar(key, "text");
  if (!value) return;
  if (std::find(choices.begin(), choices.end(), *value) != choices.end()) {
    *into = *value;
    return;
  }
  const auto near = did_you_mean(*value, choices);
  error(key,
        near ? fmt::format("unknown '{}'; did you mean '{}'?", shown(*value), *near)
             : fmt::format("unknown '{}'; one of: {}", shown(*value), fmt::join(choices, ", ")));
}

void YamlMap::map(std::string_view key, const std::function<void(YamlMap&)>& read) {
  const auto node = find(key);
  if (!node) return;
  YamlMap below(*node, name(key), &errors_);
  if (!below.valid()) return;
  read(below);
  below.finish();
}

void YamlMap::maps(std::string_view key, std::size_t max_items,
                   const std::function<void(YamlMap&)>& read) {
  const auto node = find(key);
  if (!node) return;
  if (!node->IsSequence() || node->size() == 0 || node->size() > max_items || !spend(*node)) {
    error(key, fmt::format("a list of 1 to {} mappings is expected here", max_items));
    return;
  }
  std::size_t index = 0;
  for (const auto& item : *node) {
    YamlMap below(item, fmt::format("{}[{}]", name(key), index++), &errors_);
    if (!below.valid()) continue;
    read(below);
    below.finish();
  }
}

void YamlMap::error(std::string_view key, std::string_view message) {
  const auto* entry = peek(key);
  errors_.add(entry == nullptr ? mark_ : entry->value.Mark(),
              fmt::format("{}: {}", name(key), message));
}

void YamlMap::require(std::string_view key) {
  if (valid_ && !has(key)) {
    errors_.add(mark_, fmt::format("{}: this key is required", name(key)));
  }
}

void YamlMap::finish() {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  for (const auto& entry : entries_) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    const auto near = did_you_mean(entry.key, known);
    const auto shown_name = name(shown(entry.key));
    errors_.add(entry.key_mark,
                near ? fmt::format("{}: unknown key; did you mean '{}'?", shown_name, *near)
                     : fmt::format("{}: unknown key", shown_name));
  }
}

}  // namespace llm::sim
