// One result for people: a line with the verdict, where the time went as bars, what was learned.
#pragma once

#include <string>

#include "probe/result.h"

namespace llm {

// `colour`: ANSI colours; never the only carrier of meaning.
std::string waterfall(const ProbeResult& result, bool colour);

}  // namespace llm
