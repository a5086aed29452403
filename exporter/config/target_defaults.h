// What a target is when the configuration says no more than provider, kind and model.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/target.h"

namespace llm {

inline constexpr Millis kDefaultInterval{60'000};
inline constexpr Millis kDefaultSpeedInterval{600'000};  // speed costs 8 times the tokens

// Tokens per second need this many (design §4), so `speed` cannot do with less.
inline constexpr std::uint32_t kMinSpeedTokens = 32;

// A smaller bound is refused by the type's servers or by the dialect.
std::uint32_t min_output_tokens(const Provider& provider);

// Members of a request that may carry the bound; the first is the default.
std::vector<std::string_view> token_fields(const Provider& provider);

// Enough for one visible word; more where the model may think first, because its thoughts count
// (providers.md §8).
std::uint32_t default_output_tokens(const Provider& provider, Kind kind, bool reasoning_effort);

// "openai/gpt-4o-mini", "openai/models", "openai/key",
// "openai/gpt-4o-mini/speed".
std::string target_name(const Provider& provider, Kind kind, std::string_view model);

Target make_target(std::shared_ptr<const Provider> provider, Kind kind, std::string model);

}  // namespace llm
