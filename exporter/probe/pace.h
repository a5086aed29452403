// How fast the tokens of a stream came (design §4). Tokens are counted by the provider's usage: a
// chunk is not a token.
#pragma once

#include "probe/answer.h"

namespace llm {

struct Pace {
  std::optional<double> tpot_seconds, max_gap_seconds, tokens_per_second;
};

Pace measure_pace(const Said& said, const SaidAt& at);

}  // namespace llm
