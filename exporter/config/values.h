// Typed reading of one value. Each function reports what is wrong and then returns nullopt.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.h"
#include "config/target.h"

namespace llm {

// "a list", "a number", …: what a value is, for an error.
std::string_view describe(const YamlNode& node);

// Text must look like text: what YAML reads as a number, true, false or nothing has to be quoted.
// Without control characters; `lines` allows line breaks and tabs.
enum class Lines : std::uint8_t { one, many };
std::optional<std::string> read_text(const Field& field, std::size_t max_bytes,
                                     Lines lines = Lines::one);
std::optional<bool> read_bool(const Field& field);
std::optional<std::uint32_t> read_count(
    const Field& field, std::uint32_t min,
    std::uint32_t max = std::numeric_limits<std::uint32_t>::max());
// Likewise, for what may pass 4 thousand million.
std::optional<std::uint64_t> read_whole(const Field& field, std::uint64_t min, std::uint64_t max);
std::optional<double> read_positive(const Field& field);
std::optional<double> read_number(const Field& field, double min, double max);
std::optional<Millis> read_duration(const Field& field, Millis min, Millis max);

// The items of a list that has at least one.
std::optional<std::vector<Field>> read_list(const Field& field);

// The index of the value among `choices`.
std::optional<std::size_t> read_choice(const Field& field,
                                       std::span<const std::string_view> choices);

}  // namespace llm
