// What a reader should know of a target beside its state, as pieces of HTML.
#pragma once

#include <string>
#include <vector>

#include "metrics/target_families.h"

namespace llm {

// Why it is not probed as configured, and that its model is gone for good or soon.
std::vector<std::string> remarks(const TargetView& view);

}  // namespace llm
