#include "metrics/families.h"

#include <cmath>
#include <utility>

namespace llm {

FamilyBuilder::FamilyBuilder(std::string name, std::string help, prometheus::MetricType type) {
  family_.name = std::move(name);
  family_.help = std::move(help);
  family_.type = type;
}

void FamilyBuilder::gauge(MetricLabels labels, std::optional<double> value) {
  if (!value || !std::isfinite(*value)) return;
  auto& metric = family_.metric.emplace_back();
  metric.label = std::move(labels);
  metric.gauge.value = *value;
}

void FamilyBuilder::counter(MetricLabels labels, double value) {
  auto& metric = family_.metric.emplace_back();
  metric.label = std::move(labels);
  metric.counter.value = value;
}

void FamilyBuilder::add_to(std::vector<prometheus::MetricFamily>& out) && {
  if (!family_.metric.empty()) out.push_back(std::move(family_));
}

}  // namespace llm
