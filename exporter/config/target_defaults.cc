#include "config/target_defaults.h"

#include <fmt/format.h>

#include <algorithm>

namespace llm {
namespace {

constexpr std::string_view kPrompt = "Reply with the single word pong.";
// Has no natural end, so every model fills its budget, and needs no thought.
constexpr std::string_view kSpeedPrompt =
    "Count upwards from one in English words, separated by commas, and do not stop.";

constexpr std::uint32_t kWordTokens = 16;
constexpr std::uint32_t kThinkingTokens = 64;
constexpr std::uint32_t kSpeedTokens = 128;

}  // namespace

std::string target_name(const Provider& provider, Kind kind, std::string_view model) {
  switch (kind) {
    case Kind::models:
      return fmt::format("{}/models", provider.name);
    case Kind::stream:
      return fmt::format("{}/{}", provider.name, model);
    case Kind::completion:
    case Kind::speed:
      break;
  }
  return fmt::format("{}/{}/{}", provider.name, model, to_string(kind));
}

std::uint32_t default_output_tokens(const Provider& provider, Kind kind, bool reasoning_effort) {
  const bool may_think = reasoning_effort || provider.dialect == "anthropic-messages";
  const auto tokens = kind == Kind::speed ? kSpeedTokens
                      : may_think         ? kThinkingTokens
                                          : kWordTokens;
  return std::max(tokens, provider.type->min_output_tokens);
}

Target make_target(std::shared_ptr<const Provider> provider, Kind kind, std::string model) {
  Target target;
  target.name = target_name(*provider, kind, model);
  target.kind = kind;
  target.interval = kind == Kind::speed ? kDefaultSpeedInterval : kDefaultInterval;
  if (kind != Kind::models) {
    target.model = std::move(model);
    target.prompt = kind == Kind::speed ? kSpeedPrompt : kPrompt;
    target.max_output_tokens = default_output_tokens(*provider, kind, false);
    target.token_field = provider->type->token_field;
  }
  if (streams(kind) && provider->type->throughput_threshold > 0) {
    target.throughput_threshold = provider->type->throughput_threshold;
  }
  target.provider = std::move(provider);
  return target;
}

}  // namespace llm
