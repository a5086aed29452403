// Status pages in the shapes of the systems that vendors rent (providers.md §5 of the project's
// notes).
#pragma once

#include <optional>
#include <string_view>

#include "simulator/scenario_side.h"
#include "simulator/side_answer.h"

namespace llm::sim {

inline constexpr std::string_view kStatusPrefix = "/_status";

// `path` is below kStatusPrefix; `since`: when the script began to hold, and its incident. Nothing:
// the page's system has no such document.
std::optional<SideAnswer> status_page_answer(const StatusPageScript& script, std::string_view path,
                                             WallTime since);

}  // namespace llm::sim
