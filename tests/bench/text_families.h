// Reads a text exposition back, so that prometheus-cpp can be given the same series to write.
#pragma once

#include <prometheus/metric_family.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace llm::bench {

// Every sample becomes a gauge of a family of its own name: the same lines come out. Escapes in
// label values stay as they are.
inline std::vector<prometheus::MetricFamily> read_families(std::string_view text) {
  std::vector<prometheus::MetricFamily> families;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const auto name = line.substr(0, line.find_first_of("{ "));
    if (families.empty() || families.back().name != name) {
      families.push_back({std::string(name), "Help.", prometheus::MetricType::Gauge, {}});
    }
    prometheus::ClientMetric metric;
    auto rest = line.substr(name.size());
    while (rest.front() == '{' || rest.front() == ',') {
      rest.remove_prefix(1);
      const auto equals = rest.find("=\"");
      auto end = equals + 2;
      while (rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
      metric.label.push_back({std::string(rest.substr(0, equals)),
                              std::string(rest.substr(equals + 2, end - equals - 2))});
      rest.remove_prefix(end + 1);
    }
    metric.gauge.value = std::atof(std::string(rest.substr(rest.rfind(' ') + 1)).c_str());
    families.back().metric.push_back(std::move(metric));
  }
  return families;
}

}  // namespace llm::bench
