#include <algorithm>
#include <iterator>

#include "dialects/anthropic_messages.h"
#include "dialects/bedrock_converse.h"
#include "dialects/cohere_v2.h"
#include "dialects/dialect.h"
#include "dialects/gemini.h"
#include "dialects/ollama.h"
#include "dialects/openai_chat.h"
#include "dialects/openai_responses.h"

namespace llm {

namespace {
constexpr const Dialect* kDialects[] = {
    &kOpenaiChat, &kOpenaiResponses, &kAnthropicMessages, &kGemini, &kBedrockConverse,
    &kCohereV2,   &kOllama,
};
}

std::span<const Dialect* const> dialects() { return kDialects; }

const Dialect* find_dialect(std::string_view name) {
  const auto it = std::ranges::find(kDialects, name, &Dialect::name);
  return it == std::end(kDialects) ? nullptr : *it;
}

}  // namespace llm
