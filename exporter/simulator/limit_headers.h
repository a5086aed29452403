// What is left of the rate limits, in the headers of each provider that has any (providers.md §1.7
// of the project's notes).
#pragma once

#include "simulator/fake_dialect.h"

namespace llm::sim {

enum class LimitFamily : std::uint8_t {
  none,
  openai,
  azure,
  groq,
  mistral,
  xai,
  together,
  fireworks,
  cerebras,
  openrouter,
  huggingface,
  litellm,
};

// None without a budget, and none on answers that do not have them.
Headers limit_headers(LimitFamily family, const HeaderFacts& facts);

std::string go_duration(Nanos value);  // "120ms", "7.66s", "1h2m3.5s"

}  // namespace llm::sim
