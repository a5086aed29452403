// The exporter's own metrics, its process and its build, in prometheus-cpp core's model.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "state/exporter_state.h"

namespace llm {

class SelfMetrics {
 public:
  struct Identity {
    std::string version, revision, vantage;
    std::uint32_t shard_index = 0, shard_count = 1;
  };
  explicit SelfMetrics(Identity identity);
  ~SelfMetrics();

  // Any thread.
  void reload_succeeded(WallTime at, const std::string& vantage);
  void reload_failed();
  // process_* read from /proc/self now; absent where /proc does not tell.
  std::vector<prometheus::MetricFamily> collect(const ExporterState& state) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace llm
