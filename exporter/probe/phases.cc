#include "probe/phases.h"

#include <algorithm>

namespace llm {

std::string_view to_string(Phase phase) {
  constexpr std::string_view kNames[kPhases] = {"resolve", "connect", "tls",       "send",
                                                "wait",    "prefill", "generation"};
  return kNames[static_cast<std::size_t>(phase)];
}

PhaseTimes measure_phases(const TransportReport& report, std::optional<MonoTime> prefill_end,
                          MonoTime end) {
  end = std::max(end, report.started);
  auto resolved = report.resolved, connected = report.connected, ready = report.ready;
  if (report.reused) resolved = connected = ready = report.started;
  // Without TLS the connection is usable once it is there; what the loop took in between is TCP's.
  if (!report.https && ready) connected = ready;
  if (report.first_byte && !prefill_end) prefill_end = report.first_byte;

  const std::array<std::optional<MonoTime>, kPhases> ends = {
      resolved, connected, ready, report.sent, report.first_byte, prefill_end, end};
  PhaseTimes times;
  MonoTime from = report.started;
  for (std::size_t i = 0; i < kPhases; ++i) {
    const MonoTime to = std::clamp(ends[i].value_or(end), from, end);
    times.seconds[i] = to_seconds(to - from);
    times.duration += times.seconds[i];
    from = to;
  }
  return times;
}

}  // namespace llm
