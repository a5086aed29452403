#include "metrics/self.h"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <limits>
#include <mutex>
#include <utility>

#include "metrics/process.h"

namespace llm {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using Families = std::vector<MetricFamily>;
using Label = ClientMetric::Label;

MetricFamily family(std::string name, std::string help, prometheus::MetricType type) {
  MetricFamily result;
  result.name = std::move(name);
  result.help = std::move(help);
  result.type = type;
  return result;
}

ClientMetric counter(double value, std::vector<Label> labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = value;
  return metric;
}

void add_gauge(Families& out, std::string name, std::string help, std::optional<double> value) {
  if (!value) return;
  auto result = family(std::move(name), std::move(help), prometheus::MetricType::Gauge);
  result.metric.emplace_back().gauge.value = *value;
  out.push_back(std::move(result));
}

void add_counter(Families& out, std::string name, std::string help,
                 std::vector<ClientMetric> metrics) {
  auto result = family(std::move(name), std::move(help), prometheus::MetricType::Counter);
  result.metric = std::move(metrics);
  out.push_back(std::move(result));
}

void add_lag(Families& out, std::string name, std::string help,
             const Histogram<kLagBounds.size()>& lag) {
  auto result = family(std::move(name), std::move(help), prometheus::MetricType::Histogram);
  auto& histogram = result.metric.emplace_back().histogram;
  for (std::size_t i = 0; i < lag.buckets.size(); ++i) {
    const bool last = i == kLagBounds.size();
    const auto before = i == 0 ? 0 : histogram.bucket.back().cumulative_count;
    histogram.bucket.push_back(
        {before + lag.buckets[i], last ? std::numeric_limits<double>::infinity() : kLagBounds[i]});
  }
  histogram.sample_sum = lag.sum;
  histogram.sample_count = lag.count;
  out.push_back(std::move(result));
}

void add_exporter(Families& out, const ExporterState& state) {
  const auto number = [](std::uint64_t n) { return static_cast<double>(n); };
  add_gauge(out, "llm_exporter_targets", "Targets that this process probes.",
            number(state.targets));
  add_gauge(out, "llm_exporter_probes_in_flight", "Probes running now.", number(state.in_flight));
  add_counter(out, "llm_exporter_probes_skipped_total",
              "Probes that were due and not started, by reason.",
              {counter(number(state.skipped_overrun), {{"reason", "overrun"}}),
               counter(number(state.skipped_queue_full), {{"reason", "queue_full"}}),
               counter(number(state.skipped_waiting), {{"reason", "waiting"}}),
               counter(number(state.skipped_budget), {{"reason", "budget"}})});
  add_counter(out, "llm_exporter_arrivals_total",
              "Reads from providers, by the clock that timed them: the kernel's receive stamp, or "
              "the event loop's where there was none.",
              {counter(number(state.kernel_arrivals), {{"source", "kernel"}}),
               counter(number(state.fallback_arrivals), {{"source", "loop"}})});
  add_lag(out, "llm_exporter_loop_lag_seconds",
          "How late the event loop got to what was due, sampled once a second.", state.loop_lag);
  add_lag(out, "llm_exporter_probe_start_lag_seconds",
          "Time from the slot of a probe to its start.", state.start_lag);
}

void add_process(Families& out) {
  const auto stats = read_process_stats();
  if (stats.cpu_seconds) {
    add_counter(out, "process_cpu_seconds_total",
                "Total user and system CPU time spent in seconds.", {counter(*stats.cpu_seconds)});
  }
  add_gauge(out, "process_open_fds", "Number of open file descriptors.", stats.open_fds);
  add_gauge(out, "process_max_fds", "Maximum number of open file descriptors.", stats.max_fds);
  add_gauge(out, "process_resident_memory_bytes", "Resident memory size in bytes.",
            stats.resident_bytes);
  add_gauge(out, "process_virtual_memory_bytes", "Virtual memory size in bytes.",
            stats.virtual_bytes);
  add_gauge(out, "process_start_time_seconds",
            "Start time of the process since unix epoch in seconds.", stats.start_unix_seconds);
}

}  // namespace

// The registry holds what events set; the rest is read at each scrape.
struct SelfMetrics::Impl {
  using GaugeFamily = prometheus::Family<prometheus::Gauge>;

  Impl(std::uint32_t index, std::uint32_t count)
      : shard(std::to_string(index)), shards(std::to_string(count)) {}

  GaugeFamily& gauges(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  }
  // A new vantage replaces the old series.
  void set_vantage(const std::string& vantage) {
    if (info != nullptr) info_family.Remove(info);
    info = &info_family.Add({{"vantage_name", vantage}, {"shard", shard}, {"shards", shards}});
    info->Set(1);
  }

  const std::string shard, shards;
  mutable std::mutex mutex;  // no scrape between the removal of a series and its successor
  prometheus::Registry registry;
  GaugeFamily& build_family =
      gauges("llm_exporter_build_info", "Constant 1; version and revision of this exporter.");
  GaugeFamily& info_family =
      gauges("llm_exporter_info", "Constant 1; name of the vantage point and shard probed here.");
  GaugeFamily& reload_family =
      gauges("llm_exporter_config_last_reload_successful",
             "Whether the last attempt to load the configuration was successful.");
  GaugeFamily& reload_time_family =
      gauges("llm_exporter_config_last_reload_success_timestamp_seconds",
             "When the configuration was last loaded successfully.");
  prometheus::Gauge* info = nullptr;
};

SelfMetrics::SelfMetrics(Identity identity)
    : impl_(std::make_unique<Impl>(identity.shard_index, identity.shard_count)) {
  impl_->build_family.Add({{"version", identity.version}, {"revision", identity.revision}}).Set(1);
  impl_->set_vantage(identity.vantage);
}

SelfMetrics::~SelfMetrics() = default;

void SelfMetrics::reload_succeeded(WallTime at, const std::string& vantage) {
  const std::lock_guard lock(impl_->mutex);
  impl_->set_vantage(vantage);
  impl_->reload_family.Add({}).Set(1);
  impl_->reload_time_family.Add({}).Set(to_unix_seconds(at));
}

void SelfMetrics::reload_failed() {
  const std::lock_guard lock(impl_->mutex);
  impl_->reload_family.Add({}).Set(0);
}

std::vector<prometheus::MetricFamily> SelfMetrics::collect(const ExporterState& state) const {
  Families families;
  {
    const std::lock_guard lock(impl_->mutex);
    families = impl_->registry.Collect();
  }
  add_exporter(families, state);
  add_process(families);
  return families;
}

}  // namespace llm
