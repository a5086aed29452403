#include "config/target_defaults.h"

#include <fmt/format.h>

#include <algorithm>

namespace llm {
namespace {

constexpr std::string_view kPrompt = "Reply with the single word pong.";
// Has no natural end, so every model fills its budget, and needs no thought.
constexpr std::string_view kSpeedPrompt =
    "Count upwards from one in English words, separated by commas, and do not stop.";

// Servers of OpenAI's dialect know one of them, or both.
constexpr std::string_view kChatTokenFields[] = {"max_completion_tokens", "max_tokens"};

constexpr std::uint32_t kWordTokens = 16;
constexpr std::uint32_t kThinkingTokens = 64;
constexpr std::uint32_t kSpeedTokens = 128;

}  // namespace

std::string target_name(const Provider& provider, Kind kind, std::string_view model) {
  switch (kind) {
    case Kind::models:
    case Kind::key:
      return fmt::format("{}/{}", provider.name, to_string(kind));
    case Kind::stream:
      return fmt::format("{}/{}", provider.name, model);
    case Kind::completion:
    case Kind::speed:
    case Kind::served:
      break;
  }
  return fmt::format("{}/{}/{}", provider.name, model, to_string(kind));
}

std::uint32_t min_output_tokens(const Provider& provider) {
  const auto* dialect = find_dialect_traits(provider.dialect);
  const auto of_type = provider.type->min_output_tokens;
  return dialect == nullptr ? of_type : std::max(of_type, dialect->min_output_tokens);
}

std::vector<std::string_view> token_fields(const Provider& provider) {
  const auto* dialect = find_dialect_traits(provider.dialect);
  const bool own = dialect == nullptr || provider.dialect == provider.type->dialect;
  std::vector<std::string_view> fields{own ? provider.type->token_field : dialect->token_field};
  if (provider.dialect == "openai-chat") {
    for (const auto field : kChatTokenFields) {
      if (field != fields.front()) fields.push_back(field);
    }
  }
  return fields;
}

std::uint32_t default_output_tokens(const Provider& provider, Kind kind, bool reasoning_effort) {
  const auto* dialect = find_dialect_traits(provider.dialect);
  std::uint32_t tokens = kind == Kind::speed ? kSpeedTokens : kWordTokens;
  if (reasoning_effort) tokens = std::max(tokens, kThinkingTokens);
  if (dialect != nullptr) tokens = std::max(tokens, dialect->thinking_tokens);
  return std::max(tokens, min_output_tokens(provider));
}

Target make_target(std::shared_ptr<const Provider> provider, Kind kind, std::string model) {
  Target target;
  target.name = target_name(*provider, kind, model);
  target.kind = kind;
  target.interval = kind == Kind::speed ? kDefaultSpeedInterval : kDefaultInterval;
  if (generates(kind) || kind == Kind::served) target.model = std::move(model);
  if (generates(kind)) {
    target.prompt = kind == Kind::speed ? kSpeedPrompt : kPrompt;
    target.max_output_tokens = default_output_tokens(*provider, kind, false);
    target.token_field = token_fields(*provider).front();
  }
  if (streams(kind) && provider->type->throughput_threshold > 0) {
    target.throughput_threshold = provider->type->throughput_threshold;
  }
  target.provider = std::move(provider);
  return target;
}

}  // namespace llm
