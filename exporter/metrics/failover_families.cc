#include "metrics/failover_families.h"

#include <algorithm>

#include "metrics/families.h"

namespace llm {
namespace {

MetricLabels labels_of(const FailoverView& view, const Target& target) {
  return {{"group", view.group.name},
          {"target", target.name},
          {"provider", target.provider->name},
          {"model", target.model}};
}

}  // namespace

std::vector<prometheus::MetricFamily> failover_families(const FailoverState& state) {
  using enum prometheus::MetricType;
  FamilyBuilder recommended("llm_failover_recommended",
                            "1 on the target of the group to send traffic to.", Gauge);
  FamilyBuilder primary("llm_failover_primary", "1 on the target of the group that is preferred.",
                        Gauge);
  FamilyBuilder score("llm_failover_score",
                      "How well the target does, 0 to 1: success ratio, time to first token and "
                      "rate-limit headroom; 0 while it is unhealthy. The order decides, not this.",
                      Gauge);
  FamilyBuilder healthy(
      "llm_failover_healthy_candidates",
      "Targets of the group that traffic can be sent to; one of which nothing is known "
      "counts.",
      Gauge);
  FamilyBuilder switches("llm_failover_switches_total",
                         "Changes of the group's recommendation seen by this process.", Counter);
  for (const auto& view : state.groups) {
    for (std::size_t i = 0; i < view->targets.size(); ++i) {
      const auto labels = labels_of(*view, *view->targets[i]);
      recommended.gauge(labels, i == view->recommendation.index ? 1 : 0);
      primary.gauge(labels, i == 0 ? 1 : 0);
      score.gauge(labels, view->candidates[i].score);
    }
    const MetricLabels group{{"group", view->group.name}};
    healthy.gauge(
        group, static_cast<double>(std::ranges::count(
                   view->candidates, true, [](const Candidate& c) { return c.health.healthy; })));
    switches.counter(group, static_cast<double>(view->switches));
  }
  std::vector<prometheus::MetricFamily> out;
  for (auto* family : {&recommended, &primary, &score, &healthy, &switches})
    std::move(*family).add_to(out);
  return out;
}

}  // namespace llm
