// Google's generateContent, of the Gemini API and of Vertex AI (providers.md §2.4, §2.5).
#pragma once

#include "dialects/dialect.h"

namespace llm {
extern const Dialect kGemini;
}
