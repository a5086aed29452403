// What went wrong, in words, where the provider has not said it.
#pragma once

#include <string>

#include "probe/conclude.h"

namespace llm {

std::string explain(Outcome outcome, const Seen& seen);

}  // namespace llm
