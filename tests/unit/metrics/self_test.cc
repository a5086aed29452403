#include "metrics/self.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "metrics/exposition.h"
#include "metrics/process.h"
#include "unit/metrics/strict_parser.h"
#include "unit/state/make_probe.h"

namespace llm {
namespace {

using namespace test;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

Samples samples_of(const SelfMetrics& self, const ExporterState& state = {}) {
  const auto parsed = parse_strictly(render_families(self.collect(state), TextFormat::prometheus),
                                     TextFormat::prometheus);
  EXPECT_EQ(parsed.error, "");
  return parsed.samples;
}

TEST(SelfMetrics, ShowsBuildShardAndState) {
  const SelfMetrics self({"1.2.3", "abc", "eu-west-1", 0, 2});
  ExporterState state;
  state.targets = 12;
  state.in_flight = 3;
  state.skipped_overrun = 4;
  state.skipped_queue_full = 5;
  state.kernel_arrivals = 6;
  state.fallback_arrivals = 7;
  state.start_lag.buckets[0] = 2;
  state.start_lag.buckets.back() = 1;
  state.start_lag.count = 3;
  state.start_lag.sum = 2.5;
  const auto samples = samples_of(self, state);
  const std::pair<std::string, double> rows[] = {
      {R"(llm_exporter_build_info{revision="abc",version="1.2.3"})", 1},
      {R"(llm_exporter_info{shard="0",shards="2",vantage_name="eu-west-1"})", 1},
      {"llm_exporter_targets", 12},
      {"llm_exporter_probes_in_flight", 3},
      {R"(llm_exporter_probes_skipped_total{reason="overrun"})", 4},
      {R"(llm_exporter_probes_skipped_total{reason="queue_full"})", 5},
      {R"(llm_exporter_arrivals_total{source="kernel"})", 6},
      {R"(llm_exporter_arrivals_total{source="loop"})", 7},
      {"llm_exporter_loop_lag_seconds_count", 0},
      {R"(llm_exporter_probe_start_lag_seconds_bucket{le="0.0001"})", 2},
      {R"(llm_exporter_probe_start_lag_seconds_bucket{le="1"})", 2},
      {R"(llm_exporter_probe_start_lag_seconds_bucket{le="+Inf"})", 3},
      {"llm_exporter_probe_start_lag_seconds_sum", 2.5},
  };
  for (const auto& row : rows) EXPECT_THAT(samples, Contains(row));
}

TEST(SelfMetrics, ReloadsAreShownAndLeaveNoOldVantage) {
  SelfMetrics self({"1", "r", "old"});
  const auto successful = "llm_exporter_config_last_reload_successful";
  const auto timestamp = "llm_exporter_config_last_reload_success_timestamp_seconds";
  EXPECT_THAT(samples_of(self), Not(Contains(Key(successful))));  // nothing known yet

  self.reload_succeeded(at(1000.5), "new");
  auto samples = samples_of(self);
  EXPECT_EQ(samples.at(successful), 1);
  EXPECT_EQ(samples.at(timestamp), 1000.5);
  EXPECT_THAT(samples, Contains(Key(HasSubstr("vantage_name=\"new\""))));
  EXPECT_THAT(samples, Not(Contains(Key(HasSubstr("\"old\"")))));

  self.reload_failed();
  samples = samples_of(self);
  EXPECT_EQ(samples.at(successful), 0);
  EXPECT_EQ(samples.at(timestamp), 1000.5);

  self.reload_succeeded(at(2000), "new");  // the same vantage again
  samples = samples_of(self);
  EXPECT_EQ(samples.at(timestamp), 2000);
  EXPECT_THAT(samples, Contains(Key(HasSubstr("vantage_name=\"new\""))));
}

TEST(SelfMetrics, ScrapesDuringReloadsSeeOneVantage) {
  SelfMetrics self({"1", "r", "a"});
  std::thread reloads([&self] {
    for (int i = 0; i < 500; ++i) self.reload_succeeded(at(i), i % 2 ? "a" : "b");
  });
  for (int i = 0; i < 50; ++i) {
    std::size_t vantages = 0;
    for (const auto& [name, value] : samples_of(self)) {
      vantages += name.starts_with("llm_exporter_info{") ? 1 : 0;
    }
    EXPECT_EQ(vantages, 1U);
  }
  reloads.join();
}

TEST(Process, IsThisProcess) {
  const auto stats = read_process_stats();
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  ASSERT_TRUE(stats.cpu_seconds && stats.open_fds && stats.max_fds && stats.resident_bytes &&
              stats.virtual_bytes && stats.start_unix_seconds);
  EXPECT_EQ(*stats.max_fds, static_cast<double>(limit.rlim_cur));
  EXPECT_GT(*stats.virtual_bytes, *stats.resident_bytes);
  EXPECT_GT(*stats.resident_bytes, 100'000);
  EXPECT_LE(*stats.start_unix_seconds, to_unix_seconds(wall_now()) + 1);
  EXPECT_GT(*stats.start_unix_seconds, to_unix_seconds(wall_now()) - 3600);
  const int more = dup(0);
  EXPECT_EQ(*read_process_stats().open_fds, *stats.open_fds + 1);
  close(more);
}

TEST(Process, CpuTimeGrowsWithWork) {
  const auto before = *read_process_stats().cpu_seconds;
  const auto cpu = [] {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  };
  for (const double start = cpu(); cpu() < start + 0.05;) {
  }
  EXPECT_GT(*read_process_stats().cpu_seconds, before);
  EXPECT_NEAR(*read_process_stats().cpu_seconds, cpu(), 0.05);
}

}  // namespace
}  // namespace llm
