// Cohere's chat API, version 2 (providers.md §2.9).
#pragma once

#include "dialects/dialect.h"

namespace llm {
extern const Dialect kCohereV2;
}
