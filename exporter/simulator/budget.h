// What is left of one provider's rate limits.
#pragma once

#include <optional>
#include <string_view>

#include "simulator/rate_limit.h"
#include "simulator/scenario.h"

namespace llm::sim {

struct Cost {
  double input_tokens = 0;
  double output_tokens = 0;
};

struct Budget {
  Budget(const RateLimitScript& script, MonoTime now);

  struct Shortage {
    std::string_view what;  // "requests", "tokens", …
    Nanos wait{0};          // until the request would pass
  };
  // Takes the cost of one request, or says what is missing and takes nothing.
  std::optional<Shortage> take(const Cost& cost, MonoTime now);

  std::optional<Bucket> requests, tokens, input_tokens, output_tokens;
};

}  // namespace llm::sim
