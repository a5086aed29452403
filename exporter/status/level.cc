#include "status/level.h"

#include <algorithm>
#include <string>
#include <utility>

namespace llm {

namespace {

using Level = ServiceLevel;

// Letters only and small: systems differ in case and separators more than in words.
std::string plain(std::string_view word) {
  std::string out;
  if (word.size() > 64) return out;  // no word
  for (const char c : word) {
    if (c >= 'a' && c <= 'z') out += c;
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

constexpr std::pair<std::string_view, Level> kWords[] = {
    // Atlassian: components, then indicators and impacts.
    {"operational", Level::operational},
    {"degradedperformance", Level::degraded},
    {"partialoutage", Level::partial_outage},
    {"majoroutage", Level::major_outage},
    {"undermaintenance", Level::maintenance},
    {"none", Level::operational},
    {"minor", Level::degraded},
    {"major", Level::partial_outage},
    {"critical", Level::major_outage},
    {"maintenance", Level::maintenance},
    // incident.io
    {"fulloutage", Level::major_outage},
    // Better Stack; "not_monitored" is no claim.
    {"degraded", Level::degraded},
    {"downtime", Level::major_outage},
    // Instatus; an incident without impact is told, not felt.
    {"up", Level::operational},
    {"hasissues", Level::degraded},
    {"minoroutage", Level::partial_outage},
    // Google
    {"available", Level::operational},
    {"availableinformation", Level::operational},
    {"serviceinformation", Level::degraded},
    {"servicedisruption", Level::partial_outage},
    {"serviceoutage", Level::major_outage},
    // Feeds: categories, and the heads of AWS's titles.
    {"disruption", Level::partial_outage},
    {"outage", Level::major_outage},
    {"informationalmessage", Level::degraded},
    {"performanceissues", Level::degraded},
    {"serviceisoperatingnormally", Level::operational},
};

constexpr std::string_view kOver[] = {"resolved", "completed", "postmortem", "mitigated", "closed",
                                      "cancelled", "canceled", "serviceisoperatingnormally",
                                      // Announced, not yet begun.
                                      "scheduled", "notstartedyet"};
constexpr std::string_view kOpen[] = {"investigating", "identified", "monitoring", "verifying",
                                      "inprogress",    "active",     "ongoing",    "update"};

}  // namespace

ServiceLevel level_of(std::string_view word) {
  const auto wanted = plain(word);
  const auto* found = std::ranges::find(kWords, wanted, [](const auto& row) { return row.first; });
  return found == std::end(kWords) ? Level::unknown : found->second;
}

bool says_over(std::string_view state) { return std::ranges::count(kOver, plain(state)) != 0; }
bool says_open(std::string_view state) { return std::ranges::count(kOpen, plain(state)) != 0; }

}  // namespace llm
