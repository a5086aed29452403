#include "dialects/json.h"

#include <cmath>

namespace llm::json {

namespace {

// simdjson needs about ten bytes of working memory for a byte of input. What one large model list
// made it take is given back at the next parse.
constexpr std::size_t kKeptCapacity = 256 << 10;
constexpr std::size_t kFirstCapacity = 4 << 10;
constexpr std::string_view kBom = "\xEF\xBB\xBF";

}  // namespace

std::optional<Value> parse(std::string_view text) {
  // Per thread, because a parser is a set of buffers worth keeping between events.
  thread_local simdjson::dom::parser parser(0);
  if (parser.capacity() == 0 || parser.capacity() > kKeptCapacity) {
    parser = simdjson::dom::parser(kMaxBytes);
    if (parser.allocate(kFirstCapacity, kMaxDepth) != simdjson::SUCCESS) return std::nullopt;
  }
  if (text.starts_with(kBom)) text.remove_prefix(kBom.size());
  if (text.empty()) return std::nullopt;  // a null view would be copied from
  Value root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  return root;
}

std::optional<Value> member(Value object, std::string_view key) {
  simdjson::dom::object members;
  Value value;
  if (object.get(members) != simdjson::SUCCESS) return std::nullopt;
  if (members.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

bool is_string(Value value) { return value.type() == simdjson::dom::element_type::STRING; }

std::string_view as_text(Value value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::string_view text(Value object, std::string_view key) {
  const auto value = member(object, key);
  return value ? as_text(*value) : std::string_view{};
}

std::optional<std::uint64_t> count(Value object, std::string_view key) {
  const auto value = member(object, key);
  std::uint64_t n = 0;
  if (!value || value->get(n) != simdjson::SUCCESS || n > kMaxCount) return std::nullopt;
  return n;
}

std::optional<double> number(Value object, std::string_view key) {
  const auto value = member(object, key);
  double x = 0;
  if (!value || value->get(x) != simdjson::SUCCESS || !std::isfinite(x)) return std::nullopt;
  return x;
}

bool flag(Value object, std::string_view key) {
  const auto value = member(object, key);
  bool is_set = false;
  return value && value->get(is_set) == simdjson::SUCCESS && is_set;
}

std::string scalar(Value object, std::string_view key) {
  const auto value = member(object, key);
  if (!value) return {};
  std::int64_t n = 0;
  if (value->get(n) == simdjson::SUCCESS) return std::to_string(n);
  const auto text = as_text(*value);
  return text == "None" ? std::string{} : std::string(text);
}

std::optional<Value> first(std::optional<Value> array) {
  Array items;
  if (!array || array->get(items) != simdjson::SUCCESS) return std::nullopt;
  for (const auto item : items) return item;
  return std::nullopt;
}

}  // namespace llm::json
