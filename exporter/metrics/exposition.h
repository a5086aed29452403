// /metrics as text: the Prometheus text format 0.0.4 and OpenMetrics 1.0. The table of targets has
// its own writer (32 times faster than prometheus-cpp's TextSerializer, and the only way to
// OpenMetrics); the exporter's own metrics come from prometheus-cpp core and go through the same
// writer. No explicit timestamps, ever: such series get no stale marker.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "state/roster.h"

namespace llm {

enum class TextFormat : std::uint8_t { prometheus, openmetrics };

// What the Accept header asks for (RFC 9110 §12.5.1, q-values honoured); Prometheus' text format
// unless OpenMetrics 1.0 is preferred.
TextFormat negotiate(std::string_view accept);
std::string_view content_type(TextFormat format);

// Families of all targets, drawn from one reading of each slot; absent is absent (metrics.md §1.7).
std::string render_targets(const Roster& roster, WallTime now, TextFormat format);
// Families of prometheus-cpp core, escaped correctly (its own serializer does not escape HELP).
std::string render_families(const std::vector<prometheus::MetricFamily>& families,
                            TextFormat format);
// Both, and "# EOF" where the format wants it.
std::string render(const Roster& roster, const std::vector<prometheus::MetricFamily>& own,
                   WallTime now, TextFormat format);

// One line of documentation per metric, for the README and for the test that compares
// documentation, rules and dashboards with what is exported.
struct MetricDoc {
  std::string_view name, type, help;
};
const std::vector<MetricDoc>& target_metric_docs();

}  // namespace llm
