// OpenAI's Responses API (providers.md §2.1), also at Azure, xAI and compatible servers.
#pragma once

#include "dialects/dialect.h"

namespace llm {
extern const Dialect kOpenaiResponses;
}
