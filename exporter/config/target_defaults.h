// What a target is when the configuration says no more than provider, kind and model.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/target.h"

namespace llm {

inline constexpr Millis kDefaultInterval{60'000};
inline constexpr Millis kDefaultSpeedInterval{600'000};  // speed costs 8 times the tokens

// Tokens per second need this many (design §4), so `speed` cannot do with less.
inline constexpr std::uint32_t kMinSpeedTokens = 32;

// Enough for one visible word; more where the model may think first, because its thoughts count
// (providers.md §8).
std::uint32_t default_output_tokens(const Provider& provider, Kind kind, bool reasoning_effort);

// "openai/gpt-4o-mini", "openai/models", "openai/gpt-4o-mini/speed".
std::string target_name(const Provider& provider, Kind kind, std::string_view model);

Target make_target(std::shared_ptr<const Provider> provider, Kind kind, std::string model);

}  // namespace llm
