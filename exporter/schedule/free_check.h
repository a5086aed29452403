// The cheapest look at a provider: in place of a generating probe when the budget allows no more.
#pragma once

#include <memory>

#include "config/target.h"

namespace llm {

// `target` as a check of its provider's key, or its model list where that tests nothing of the key:
// same name, cadence, deadlines and labels. Null if the provider has neither.
std::shared_ptr<const Target> free_check(const Target& target);

}  // namespace llm
