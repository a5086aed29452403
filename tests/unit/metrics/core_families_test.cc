// prometheus-cpp core as the independent opinion: the same probes counted by its own metrics and
// written by its own serializer say what we say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <random>

#include "metrics/self.h"
#include "unit/metrics/make_roster.h"
#include "unit/metrics/strict_parser.h"

namespace llm {
namespace {

using namespace test;
using prometheus::MetricFamily;

Samples parsed_by_serializer(const std::vector<MetricFamily>& families) {
  const auto parsed =
      parse_strictly(prometheus::TextSerializer().Serialize(families), TextFormat::prometheus);
  EXPECT_EQ(parsed.error, "");
  return parsed.samples;
}

// The serializer writes 16 digits, we the shortest that reads back the same.
void expect_same(const Samples& ours, const Samples& theirs) {
  ASSERT_EQ(ours.size(), theirs.size());
  for (auto our = ours.begin(), their = theirs.begin(); our != ours.end(); ++our, ++their) {
    EXPECT_EQ(our->first, their->first);
    EXPECT_NEAR(our->second, their->second, 1e-14 * std::abs(their->second)) << our->first;
  }
}

// A target's table kept by prometheus-cpp's own counters and histograms.
class Core {
 public:
  explicit Core(const Target& target)
      : labels_{
            {"target", target.name}, {"provider", target.provider->name}, {"model", target.model}} {
    for (std::size_t i = 0; i < kOutcomes; ++i) {
      if (!success(static_cast<Outcome>(i))) error(static_cast<Outcome>(i));
    }
    for (const auto* type : {"input", "output", "cached_input", "reasoning"}) tokens(type);
  }

  void record(const ProbeResult& result) {
    counter("llm_probe_attempts_total").Increment();
    tokens("input").Increment(static_cast<double>(*result.usage->input));
    tokens("output").Increment(static_cast<double>(*result.usage->output));
    if (!success(result.outcome)) return error(result.outcome).Increment();
    counter("llm_probe_successes_total").Increment();
    histogram("llm_probe_ttft_seconds", kTtftBounds).Observe(*result.ttft_seconds);
    histogram("llm_probe_duration_seconds", kDurationBounds).Observe(result.duration_seconds);
    histogram("llm_probe_time_per_output_token_seconds", kTpotBounds).Observe(*result.tpot_seconds);
  }

  std::vector<MetricFamily> collect() const { return registry_.Collect(); }

 private:
  using Labels = std::map<std::string, std::string>;

  // prometheus-cpp sorts labels by name; only their set matters to Prometheus.
  prometheus::Counter& counter(const char* name, const Labels& more = {}) {
    auto labels = labels_;
    labels.insert(more.begin(), more.end());
    return prometheus::BuildCounter().Name(name).Help("x").Register(registry_).Add(labels);
  }
  prometheus::Counter& error(Outcome outcome) {
    return counter("llm_probe_errors_total", {{"class", std::string(to_string(outcome))}});
  }
  prometheus::Counter& tokens(const char* type) {
    return counter("llm_probe_tokens_total", {{"token_type", type}});
  }
  template <std::size_t N>
  prometheus::Histogram& histogram(const char* name, const std::array<double, N>& bounds) {
    return prometheus::BuildHistogram().Name(name).Help("x").Register(registry_).Add(
        labels_, std::vector<double>(bounds.begin(), bounds.end()));
  }

  Labels labels_;
  prometheus::Registry registry_;
};

// `name{…}` with its labels in alphabetical order; no value here holds a comma or a quote.
Samples with_sorted_labels(const Samples& samples) {
  Samples sorted;
  for (const auto& [series, value] : samples) {
    const auto brace = series.find('{');
    std::set<std::string> labels;
    std::string_view rest(series);
    rest = rest.substr(brace + 1, rest.size() - brace - 2);
    while (!rest.empty()) {
      const auto end = rest.find("\",");
      labels.emplace(rest.substr(0, end == rest.npos ? end : end + 1));
      rest.remove_prefix(end == rest.npos ? rest.size() : end + 2);
    }
    std::string name = series.substr(0, brace + 1);
    for (const auto& label : labels) name += label + ",";
    sorted.emplace(name, value);
  }
  return sorted;
}

TEST(CoreFamilies, PrometheusCppCountsTheSameProbesTheSame) {
  const auto target = make_target();
  Core core(*target);
  TargetState state;
  std::mt19937 random(5);
  std::exponential_distribution<double> seconds(0.5);
  for (int i = 0; i < 500; ++i) {
    auto result = make_full_result(target);
    if (random() % 3 == 0) result.outcome = static_cast<Outcome>(random() % kOutcomes);
    result.ttft_seconds = seconds(random);
    result.duration_seconds = 20 * seconds(random);
    result.tpot_seconds = seconds(random) / 50;
    result.usage->cached.reset();
    result.usage->reasoning.reset();
    core.record(result);
    record(state, result, at(kNow + i));
  }
  const Roster roster{{make_entry(target, state)}};
  const auto ours = with_sorted_labels(
      parse_strictly(render_targets(roster, at(kNow + 500), TextFormat::prometheus),
                     TextFormat::prometheus)
          .samples);
  const auto theirs = with_sorted_labels(parsed_by_serializer(core.collect()));
  ASSERT_GT(theirs.size(), 80U);
  Samples shared;
  for (const auto& [name, value] : theirs) {
    const auto our = ours.find(name);
    ASSERT_NE(our, ours.end()) << name;
    shared.insert(*our);
  }
  expect_same(shared, theirs);
}

TEST(CoreFamilies, BothWritersAgreeOnTheExportersOwnMetrics) {
  SelfMetrics self({"1.2.3", "abcdef", "eu \"west\"\\\n", 1, 3});
  self.reload_succeeded(at(kNow + .125), "eu");
  ExporterState state;
  state.skipped_overrun = 3;
  state.loop_lag.buckets = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
  state.loop_lag.count = 91;
  state.loop_lag.sum = 1.0 / 3;
  const auto families = self.collect(state);
  const auto parsed =
      parse_strictly(render_families(families, TextFormat::prometheus), TextFormat::prometheus);
  EXPECT_EQ(parsed.error, "");
  expect_same(parsed.samples, parsed_by_serializer(families));
}

MetricFamily family_of(prometheus::MetricType type, std::string name, std::string help) {
  MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = type;
  family.metric.resize(1);
  return family;
}

TEST(CoreFamilies, WhatTheSerializerGetsWrong) {
  auto gauge = family_of(prometheus::MetricType::Gauge, "g", "a \"b\"\\c\nd");
  gauge.metric[0].gauge.value = NAN;
  gauge.metric[0].timestamp_ms = 12345;  // never written
  gauge.metric.emplace_back().gauge.value = -INFINITY;
  gauge.metric[1].label = {{"x", "\"\n\\"}};
  EXPECT_EQ(render_families({gauge}, TextFormat::prometheus),
            "# HELP g a \"b\"\\\\c\\nd\n# TYPE g gauge\ng NaN\ng{x=\"\\\"\\n\\\\\"} -Inf\n");
  EXPECT_EQ(render_families({gauge}, TextFormat::openmetrics),
            "# HELP g a \\\"b\\\"\\\\c\\nd\n# TYPE g gauge\ng NaN\ng{x=\"\\\"\\n\\\\\"} -Inf\n");
}

TEST(CoreFamilies, EveryTypeInBothFormats) {
  auto counter = family_of(prometheus::MetricType::Counter, "c_total", "h");
  counter.metric[0].counter.value = 2;
  auto odd_counter = family_of(prometheus::MetricType::Counter, "odd", "h");
  auto untyped = family_of(prometheus::MetricType::Untyped, "u", "h");
  untyped.metric[0].untyped.value = 1.5;
  auto summary = family_of(prometheus::MetricType::Summary, "s", "h");
  summary.metric[0].summary = {7, 3.5, {{0.5, 0.25}, {1, 2}}};
  auto histogram = family_of(prometheus::MetricType::Histogram, "h", "h");
  histogram.metric[0].histogram = {3, 4.5, {{1, 1}, {2, 2.5}}};  // without +Inf
  auto empty = family_of(prometheus::MetricType::Gauge, "empty", "h");
  empty.metric.clear();
  const std::vector<MetricFamily> all{counter, odd_counter, empty, untyped, summary, histogram};
  EXPECT_EQ(render_families(all, TextFormat::prometheus),
            "# HELP c_total h\n# TYPE c_total counter\nc_total 2\n"
            "# HELP odd h\n# TYPE odd counter\nodd 0\n"
            "# HELP u h\n# TYPE u untyped\nu 1.5\n"
            "# HELP s h\n# TYPE s summary\ns{quantile=\"0.5\"} 0.25\ns{quantile=\"1\"} 2\n"
            "s_sum 3.5\ns_count 7\n"
            "# HELP h h\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"2.5\"} 2\n"
            "h_bucket{le=\"+Inf\"} 3\nh_sum 4.5\nh_count 3\n");
  EXPECT_EQ(render_families(all, TextFormat::openmetrics),
            "# HELP c h\n# TYPE c counter\nc_total 2\n"
            "# HELP odd h\n# TYPE odd unknown\nodd 0\n"
            "# HELP u h\n# TYPE u unknown\nu 1.5\n"
            "# HELP s h\n# TYPE s summary\ns{quantile=\"0.5\"} 0.25\ns{quantile=\"1.0\"} 2\n"
            "s_sum 3.5\ns_count 7\n"
            "# HELP h h\n# TYPE h histogram\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"2.5\"} 2\n"
            "h_bucket{le=\"+Inf\"} 3\nh_sum 4.5\nh_count 3\n");
}

}  // namespace
}  // namespace llm
