// One target on the page: a line to read at a glance, which opens to all that is known.
#pragma once

#include <string>

#include "metrics/target_families.h"
#include "state/history.h"

namespace llm {

std::string target_row(const TargetView& view, const History& history);

// The heading of the columns, for the eye: each value in a row is labelled for itself, too.
std::string column_heading();

}  // namespace llm
