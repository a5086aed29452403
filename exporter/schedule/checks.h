// Cheaper requests in the place of a target's own: when the budget allows no more, or while the
// breaker is open. Of the same name, cadence, deadlines and labels.
#pragma once

#include <memory>

#include "config/target.h"

namespace llm {

// A check of the provider's key, or its model list where that tests nothing of the key. Null if the
// provider has neither.
std::shared_ptr<const Target> free_check(const Target& target);

// The target's own request, cut to the least that lets an answer begin.
std::shared_ptr<const Target> cut_check(const Target& target);
bool can_be_cut(const Target& target);  // whether that is any cheaper

}  // namespace llm
