// Finds what a provider said about its error in JSON of any of the shapes of providers.md §1.1.
#pragma once

#include <optional>

#include "dialects/json.h"
#include "dialects/outcome.h"

namespace llm {

// A member `error`, whatever it holds. Answers that succeeded have none, or an empty one: null,
// false, "" or {}.
std::optional<ProviderError> nested_error(json::Value root);

// An error without that member: {"object":"error",…}, {"message",…}, {"detail":…}. Only for JSON
// that is not an answer, because answers may have such members too.
std::optional<ProviderError> flat_error(json::Value root);

// Either.
std::optional<ProviderError> any_error(json::Value root);

}  // namespace llm
