// The table of per-target metrics: one row a metric, in the order of /metrics. The source of names,
// types and documentation for everything else.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "metrics/text_writer.h"
#include "state/roster.h"

namespace llm {

// One target as one scrape sees it: a single reading of its slot, and what follows from it.
struct TargetView {
  TargetView(const RosterEntry& entry, double now_unix_seconds);

  const Target& target;
  double now;
  double added;
  TargetState state;
  bool stale;                   // last-probe values are void
  WindowView ttft, throughput;  // empty when stale
  std::string labels;           // target, provider, model
};

struct TargetFamily {
  std::string_view name;
  MetricType type;
  std::string_view help;
  void (*write)(TextWriter& out, const TargetView& view);  // its samples of one target, if any
};

std::span<const TargetFamily> target_families();

}  // namespace llm
