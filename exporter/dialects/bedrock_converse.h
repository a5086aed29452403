// AWS Bedrock's Converse and ConverseStream (providers.md §2.6).
#pragma once

#include "dialects/dialect.h"

namespace llm {
extern const Dialect kBedrockConverse;
}
