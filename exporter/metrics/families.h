// Small builders for families in prometheus-cpp core's model.
#pragma once

#include <prometheus/metric_family.h>

#include <optional>
#include <string>
#include <vector>

namespace llm {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

class FamilyBuilder {
 public:
  FamilyBuilder(std::string name, std::string help, prometheus::MetricType type);

  // An unknown or non-finite value is no sample.
  void gauge(MetricLabels labels, std::optional<double> value);
  void counter(MetricLabels labels, double value);
  // A family without samples is not shown.
  void add_to(std::vector<prometheus::MetricFamily>& out) &&;

 private:
  prometheus::MetricFamily family_;
};

}  // namespace llm
