#include "metrics/vantage_families.h"

#include "metrics/families.h"

namespace llm {

std::vector<prometheus::MetricFamily> vantage_families(const VantageState& state) {
  using prometheus::MetricType;
  FamilyBuilder canary("llm_vantage_canary_success",
                       "1 if the latest check of the neutral address succeeded.",
                       MetricType::Gauge);
  for (const auto& c : state.canaries) {
    if (c.ok) canary.gauge({{"canary", c.name}}, *c.ok ? 1 : 0);
  }
  FamilyBuilder down("llm_vantage_down",
                     "1 if our own network is down: every canary fails, or probes are lost on our "
                     "side, and nothing has come through since.",
                     MetricType::Gauge);
  down.gauge({}, state.down ? 1 : 0);
  std::vector<prometheus::MetricFamily> out;
  for (auto* family : {&canary, &down}) std::move(*family).add_to(out);
  return out;
}

}  // namespace llm
