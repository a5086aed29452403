// Reading JSON that strangers wrote: fully validated, limited in size and depth, and with lookups
// that answer "absent" to every surprise. simdjson stays behind this file.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llm::json {

using Value = simdjson::dom::element;
using Array = simdjson::dom::array;
using Object = simdjson::dom::object;

// Deepest honest answer: Mistral's thinking parts at 8, model capabilities at 6.
inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxBytes = 16 << 20;
// No answer has more tokens than this; a bigger count is nonsense and therefore absent.
inline constexpr std::uint64_t kMaxCount = 1'000'000'000;

// The document, valid until the next parse() on this thread; nullopt if it is not JSON. White space
// around it is fine (providers.md §1.1: DeepSeek's keep-alive), as is a BOM.
std::optional<Value> parse(std::string_view text);

// Members of an object; absent when there is no such member, it is null, or `object` is none.
std::optional<Value> member(Value object, std::string_view key);
std::string_view text(Value object, std::string_view key);  // empty unless a string
std::optional<std::uint64_t> count(Value object, std::string_view key);
std::optional<double> number(Value object, std::string_view key);  // finite
bool flag(Value object, std::string_view key);                     // false unless true

// A string or a number as text: error codes come as either (providers.md §1.1). "None", Python's
// null in a hurry, is empty.
std::string scalar(Value object, std::string_view key);

bool is_string(Value value);
std::string_view as_text(Value value);                   // empty unless a string
std::optional<Value> first(std::optional<Value> array);  // of a non-empty array

}  // namespace llm::json
