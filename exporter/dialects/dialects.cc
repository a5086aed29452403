#include <algorithm>
#include <iterator>

#include "dialects/anthropic_messages.h"
#include "dialects/dialect.h"
#include "dialects/openai_chat.h"

namespace llm {

namespace {
constexpr const Dialect* kDialects[] = {
    &kOpenaiChat,
    &kAnthropicMessages,
};
}

std::span<const Dialect* const> dialects() { return kDialects; }

const Dialect* find_dialect(std::string_view name) {
  const auto it = std::ranges::find(kDialects, name, &Dialect::name);
  return it == std::end(kDialects) ? nullptr : *it;
}

}  // namespace llm
