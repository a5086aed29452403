#include "metrics/families.h"

#include <algorithm>
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
  std::string values;
  for (const auto& label : labels) values.append(label.value).push_back('\0');
  const auto [place, is_new] = places_.emplace(std::move(values), family_.metric.size());
  if (!is_new) {
    auto& known = family_.metric[place->second].gauge.value;
    known = std::max(known, *value);
    return;
  }
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
