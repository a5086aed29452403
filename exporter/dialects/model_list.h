// The answers of the kinds that generate nothing: `models`, `key` and `served`. Every provider has
// a shape of its own, but none is like another's, so one reader knows them all.
#pragma once

#include <string_view>

#include "dialects/dialect.h"

namespace llm {

// The answer of `kind`, one of those three. An error inside a 200 is told as an error.
Reading read_catalog(std::string_view body, Kind kind);

// Kind `models`: the list, wherever it stands and whatever its items call their name. One page of
// it: types ask for the largest.
Reading read_model_list(std::string_view body);

// Kind `key`: a list of models, or OpenRouter's description of the key (providers.md §2.14).
Reading read_key_check(std::string_view body);

// Kind `served`: Hugging Face's model info (providers.md §2.17).
Reading read_served(std::string_view body);

}  // namespace llm
