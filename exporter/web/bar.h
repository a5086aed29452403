// History as small inline SVG: bars of probes on a time axis, and the trend of TTFT. Their words
// are titles, for the mouse; the page has them as text, too.
#pragma once

#include <string>

#include "web/marks.h"

namespace llm {

// The hour up to now.
std::string hour_bar(const std::vector<Mark>& marks, double now);
// The 24 hours up to now.
std::string day_bar(const std::vector<Mark>& marks, double now);
// TTFT of the recent probes, oldest left, from 0 to the longest; empty if there are not two.
std::string ttft_trend(const History& history);

}  // namespace llm
