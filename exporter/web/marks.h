// What a bar of probes shows: the marks on its time axis and, for the reader, runs of equal ones in
// words. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/target.h"
#include "state/history.h"

namespace llm {

// How a mark is drawn; graver ones are taller, so that colour is never the only difference.
enum class MarkClass : std::uint8_t {
  excluded,  // not held against the provider: a rate limit, a wrong key, our own network
  good,
  slow,         // good, over the threshold of TTFT
  some_failed,  // less than half of what counts
  failed,
};
inline constexpr std::size_t kMarkClasses = static_cast<std::size_t>(MarkClass::failed) + 1;

// One probe, one stretch of the clock, or a run of neighbours that are alike.
struct Mark {
  double from = 0, to = 0;  // unix seconds; a single probe: when it finished, twice
  bool stretch = false;     // of the clock
  bool slow = false;
  bool cheaper = false;  // a check ran in the place of the target's own probe
  int http_status = 0;   // of a single probe; 0: none
  Tally tally;
  double ttft_min = kUnknown, ttft_max = kUnknown;
  std::size_t first = 0, count = 1;  // the marks of a run, by index into what it was made of
};

MarkClass class_of(const Mark& mark);

// Oldest first. Of a target that is probed once a minute or less often, the single probes of the
// last hour; of others, which are more than a bar can show, its minutes.
std::vector<Mark> hour_marks(const History& history, const Target& target, double now);
std::vector<Mark> day_marks(const History& history, double now);  // quarters of an hour
std::vector<Mark> recent_marks(const History& history);           // single probes, all there are
std::vector<Mark> runs(const std::vector<Mark>& marks);

// "14:02:09 UTC: overloaded, HTTP 529", "14:02–14:10 UTC: 8 × ok, TTFT 0.39–0.51 s"
std::string words(const Mark& run);

}  // namespace llm
