// The answer of kind `models`, as all providers with an OpenAI-like API and Anthropic give it.
#pragma once

#include <string_view>

#include "dialects/dialect.h"

namespace llm {

// {"data":[{"id":…}]} or, Together's, the bare array. An error inside a 200 is told as an error.
Reading read_model_list(std::string_view body);

}  // namespace llm
