// OpenAI's Chat Completions and the many that speak it (providers.md §2.1-2.17, §3, §4).
#pragma once

#include "dialects/dialect.h"

namespace llm {
extern const Dialect kOpenaiChat;
}
