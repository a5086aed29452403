// Anthropic's Messages API (providers.md §2.3).
#pragma once

#include "dialects/dialect.h"

namespace llm {
extern const Dialect kAnthropicMessages;
}
