// Small builders for families in prometheus-cpp core's model.
#pragma once

#include <prometheus/metric_family.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace llm {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

class FamilyBuilder {
 public:
  FamilyBuilder(std::string name, std::string help, prometheus::MetricType type);

  // An unknown or non-finite value is no sample. Two of the same labels, which names from outside
  // can bring about, are one with the larger value: a scrape with both would be refused whole.
  void gauge(MetricLabels labels, std::optional<double> value);
  void counter(MetricLabels labels, double value);
  // A family without samples is not shown.
  void add_to(std::vector<prometheus::MetricFamily>& out) &&;

 private:
  prometheus::MetricFamily family_;
  std::map<std::string, std::size_t> places_;  // of label values
};

}  // namespace llm
