// Ollama's own API (providers.md §3.1).
#pragma once

#include "dialects/dialect.h"

namespace llm {
extern const Dialect kOllama;
}
