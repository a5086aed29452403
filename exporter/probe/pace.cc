#include "probe/pace.h"

namespace llm {

namespace {

// Below these a speed is mostly the noise of one read (design §4).
constexpr std::uint64_t kMinTokensForSpeed = 32;
constexpr double kMinSecondsForSpeed = 0.05;

// Tokens that went by while we watched: hidden reasoning was over before the first of them.
std::optional<std::uint64_t> streamed_tokens(const Said& said) {
  if (!said.usage) return std::nullopt;
  const auto generated = said.usage->generated();
  if (!generated || said.streamed_reasoning) return generated;
  const auto hidden = said.usage->reasoning.value_or(0);
  return hidden <= *generated ? std::optional(*generated - hidden) : std::nullopt;
}

}  // namespace

Pace measure_pace(const Said& said, const SaidAt& at) {
  Pace pace;
  if (at.token_events < 2) return pace;
  pace.max_gap_seconds = to_seconds(at.max_gap);
  const auto tokens = streamed_tokens(said);
  if (!tokens || *tokens < 2) return pace;
  const double seconds = to_seconds(*at.last_token - at.first_token->at);
  if (seconds <= 0) return pace;  // all in one read: nobody saw how fast they came
  const auto more = static_cast<double>(*tokens - 1);  // the first token starts the clock
  pace.tpot_seconds = seconds / more;
  if (*tokens >= kMinTokensForSpeed && seconds >= kMinSecondsForSpeed)
    pace.tokens_per_second = more / seconds;
  return pace;
}

}  // namespace llm
