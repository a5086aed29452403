#include "metrics/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "unit/metrics/make_roster.h"
#include "unit/metrics/strict_parser.h"

namespace llm {
namespace {

using namespace test;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

constexpr TextFormat kFormats[] = {TextFormat::prometheus, TextFormat::openmetrics};

Samples samples_of(const Roster& roster, double now, TextFormat format = TextFormat::prometheus) {
  const auto parsed = parse_strictly(render(roster, {}, at(now), format), format);
  EXPECT_EQ(parsed.error, "");
  return parsed.samples;
}

std::set<std::string> names_of(const Samples& samples) {
  std::set<std::string> names;
  for (const auto& [series, value] : samples) names.insert(series.substr(0, series.find('{')));
  return names;
}

constexpr std::string_view kLabels = R"(target="acme/m-1",provider="acme",model="m-1")";

class Expected {
 public:
  explicit Expected(std::string_view labels) : labels_(labels) {}
  void add(std::string_view name, double value = 0, std::string_view more = "") {
    std::string series(name);
    series.append("{").append(labels_).append(more.empty() ? "" : ",").append(more).append("}");
    samples.emplace(std::move(series), value);
  }
  void add_each(std::string_view name, std::string_view label,
                std::initializer_list<std::string_view> values) {
    for (const auto value : values) {
      add(name, 0, std::string(label).append("=\"").append(value).append("\""));
    }
  }
  void add_histogram(std::string name, std::initializer_list<std::string_view> bounds) {
    add_each(name + "_bucket", "le", bounds);
    add(name + "_sum");
    add(name + "_count");
  }
  Samples samples;

 private:
  std::string_view labels_;
};

// What every target shows from the moment it is loaded, whatever its kind.
Expected expected_of_all(std::string_view labels, std::string_view kind) {
  Expected e(labels);
  e.add("llm_probe_target_info", 1,
        std::string(R"(provider_type="groq",api="openai-chat",host="api.acme.test:8443",kind=")")
            .append(kind)
            .append("\""));
  e.add("llm_probe_interval_seconds", 60);
  e.add("llm_probe_timeout_seconds", 60);
  e.add("llm_probe_target_added_timestamp_seconds", kAdded);
  e.add("llm_probe_paused");
  e.add("llm_probe_substituted");
  if (kind != "models") e.add("llm_probe_model_retired");
  e.add("llm_probe_attempts_total");
  e.add("llm_probe_successes_total");
  e.add("llm_probe_failures_total");
  e.add_each("llm_probe_errors_total", "class",
             {"overloaded",
              "not_ready",
              "server_error",
              "timeout",
              "no_first_token",
              "stalled",
              "too_slow",
              "dns",
              "connect",
              "tls",
              "stream_error",
              "truncated",
              "invalid_response",
              "content_mismatch",
              "rate_limited",
              "quota_exhausted",
              "auth",
              "permission",
              "not_found",
              "bad_request",
              "blocked",
              "local_network",
              "internal"});
  e.add_each("llm_probe_tokens_total", "token_type",
             {"input", "output", "cached_input", "reasoning"});
  e.add("llm_probe_model_version_changes_total");
  e.add("llm_probe_confirmations_total");
  e.add("llm_probe_breaker_opened_total");
  e.add("llm_probe_breaker_state");
  e.add("llm_probe_state");
  e.add_histogram("llm_probe_duration_seconds",
                  {"0.25", "0.5", "1", "1.5", "2", "3", "4", "5", "7.5", "10", "15", "20", "30",
                   "45", "60", "90", "120", "+Inf"});
  return e;
}

// metrics.md §1.7, first row: exactly this, so that rate() sees the first event of every series.
TEST(Exposition, NeverProbedShowsExactlyTheZeroInitialisedSet) {
  Roster roster{{make_entry(make_target())}};
  auto e = expected_of_all(kLabels, "stream");
  e.add("llm_probe_ttft_threshold_seconds", 3);
  e.add_histogram("llm_probe_ttft_seconds",
                  {"0.1", "0.2", "0.3", "0.5", "0.75", "1", "1.5", "2", "2.5", "3", "4", "5", "7.5",
                   "10", "15", "20", "30", "60", "+Inf"});
  e.add_histogram("llm_probe_time_per_output_token_seconds",
                  {"0.0005", "0.001", "0.0025", "0.005", "0.0075", "0.01", "0.015", "0.02", "0.03",
                   "0.05", "0.075", "0.1", "0.15", "0.2", "0.3", "0.5", "1", "+Inf"});
  for (const auto* summary :
       {"llm_probe_ttft_window_seconds", "llm_probe_throughput_window_tokens_per_second"}) {
    e.add(std::string(summary) + "_sum");
    e.add(std::string(summary) + "_count");
  }
  e.add_each("llm_probe_window_samples", "window", {"ttft", "throughput"});
  EXPECT_EQ(samples_of(roster, kNow), e.samples);
}

TEST(Exposition, KindsWithoutAStreamShowNoTokenMetrics) {
  Roster models{{make_entry(make_target(Kind::models))}};
  EXPECT_EQ(samples_of(models, kNow),
            expected_of_all(R"(target="acme/models",provider="acme",model="")", "models").samples);
  Roster completion{{make_entry(make_target(Kind::completion))}};
  EXPECT_EQ(samples_of(completion, kNow), expected_of_all(kLabels, "completion").samples);
}

TargetState state_after(const ProbeResult& result, double when) {
  TargetState state;
  record(state, result, at(when));
  return state;
}

// Of a target of which everything is known that kind `stream` can tell.
TargetState full_state(const std::shared_ptr<const Target>& target, double when) {
  auto state = state_after(make_full_result(target), when);
  ModelPrice price;
  price.base = {1e-6, 4e-6, 5e-7, std::nullopt, 4e-6};
  price.context_window_tokens = 126'000;
  price.deprecation_date = std::chrono::sys_days(std::chrono::days(19'700));  // kNow is in 19675
  set_price(state, price);
  state.wait_until_unix_seconds = kNow + 5;
  state.confirmations = 2;
  state.breaker = {3, kNow + 240, BreakerState::open, Outcome::server_error};
  return state;
}

std::string series(std::string_view name, std::string_view more = "") {
  std::string out(name);
  return out.append("{").append(kLabels).append(more.empty() ? "" : ",").append(more).append("}");
}

TEST(Exposition, ARunningTargetShowsEverything) {
  auto target = make_target();
  target->throughput_threshold = 100;
  const Roster roster{{make_entry(target, full_state(target, kNow - 10))}};
  const auto samples = samples_of(roster, kNow);
  const std::pair<std::string, double> rows[] = {
      {series("llm_probe_throughput_threshold_tokens_per_second"), 100},
      {series("llm_probe_attempts_total"), 1},
      {series("llm_probe_tokens_total", R"(token_type="input")"), 12},
      {series("llm_probe_tokens_total", R"(token_type="output")"), 51},
      {series("llm_probe_tokens_total", R"(token_type="cached_input")"), 8},
      {series("llm_probe_tokens_total", R"(token_type="reasoning")"), 30},
      {series("llm_probe_state"), 1},
      {series("llm_probe_success"), 1},
      {series("llm_probe_http_status_code"), 200},
      {series("llm_probe_consecutive_failures"), 0},
      {series("llm_probe_consecutive_unavailable"), 0},
      {series("llm_probe_last_probe_timestamp_seconds"), kNow - 10},
      {series("llm_probe_last_success_timestamp_seconds"), kNow - 10},
      {series("llm_probe_phase_duration_seconds", R"(phase="resolve")"), .01},
      {series("llm_probe_phase_duration_seconds", R"(phase="connect")"), .02},
      {series("llm_probe_phase_duration_seconds", R"(phase="tls")"), .03},
      {series("llm_probe_phase_duration_seconds", R"(phase="send")"), .04},
      {series("llm_probe_phase_duration_seconds", R"(phase="wait")"), .5},
      {series("llm_probe_phase_duration_seconds", R"(phase="prefill")"), .15},
      {series("llm_probe_phase_duration_seconds", R"(phase="generation")"), 1},
      {series("llm_probe_max_gap_seconds"), .07},
      {series("llm_probe_tls_cert_expiry_timestamp_seconds"), kNow + 1e6},
      {series("llm_probe_model_info", R"(response_model="m-1-2026-11-01")"), 1},
      {series("llm_probe_ratelimit_limit", R"(resource="requests")"), 500},
      {series("llm_probe_ratelimit_remaining", R"(resource="tokens",window="minute")"), 29'000.5},
      {series("llm_probe_ratelimit_reset_timestamp_seconds", R"(resource="requests")"), kNow + 110},
      {series("llm_probe_ratelimit_utilization_ratio", R"(resource="requests")"), 1 - 499 / 500.0},
      {series("llm_probe_wait_until_timestamp_seconds"), kNow + 5},
      {series("llm_probe_paused"), 1},
      {series("llm_probe_substituted"), 0},
      {series("llm_probe_confirmations_total"), 2},
      {series("llm_probe_breaker_opened_total"), 3},
      {series("llm_probe_breaker_state"), 2},
      {series("llm_probe_breaker_next_full_probe_timestamp_seconds"), kNow + 240},
      {series("llm_probe_cost_usd_total"), .25},
      {series("llm_probe_price_usd_per_token", R"(token_type="input")"), 1e-6},
      {series("llm_probe_price_usd_per_token", R"(token_type="cached_input")"), 5e-7},
      {series("llm_probe_context_window_tokens"), 126'000},
      {series("llm_probe_context_utilization_ratio"), 63 / 126'000.0},
      {series("llm_probe_model_deprecation_timestamp_seconds"), 19'700.0 * 86'400},
      {series("llm_probe_model_retired"), 0},
      {series("llm_probe_provider_processing_seconds"), .412},
      {series("llm_probe_provider_ttft_seconds"), .3},
      {series("llm_probe_provider_phase_seconds", R"(phase="prompt")"), .052},
      {series("llm_probe_provider_phase_seconds", R"(phase="generation")"), .031},
      {series("llm_probe_ttft_seconds_bucket", R"(le="0.5")"), 0},
      {series("llm_probe_ttft_seconds_bucket", R"(le="0.75")"), 1},
      {series("llm_probe_ttft_seconds_bucket", R"(le="+Inf")"), 1},
      {series("llm_probe_ttft_seconds_sum"), .65},
      {series("llm_probe_ttft_content_seconds_sum"), .8},
      {series("llm_probe_duration_seconds_sum"), 1.75},
      {series("llm_probe_time_per_output_token_seconds_sum"), .02},
      {series("llm_probe_ttft_window_seconds", R"(quantile="0.5")"), .65},
      {series("llm_probe_ttft_window_seconds", R"(quantile="0.95")"), .65},
      {series("llm_probe_ttft_window_seconds", R"(quantile="0.99")"), .65},
      {series("llm_probe_throughput_window_tokens_per_second", R"(quantile="0.05")"), 50},
      {series("llm_probe_throughput_window_tokens_per_second_sum"), 50},
      {series("llm_probe_window_samples", R"(window="ttft")"), 1},
  };
  for (const auto& row : rows) EXPECT_THAT(samples, Contains(row));
  // Every documented metric is there but those of other kinds.
  auto names = names_of(samples);
  for (const auto& doc : target_metric_docs()) {
    const auto name = std::string(doc.name);
    const bool shown = names.contains(name) || names.contains(name + "_count");
    EXPECT_EQ(shown, name != "llm_probe_models" && name != "llm_probe_model_served") << name;
  }
}

TEST(Exposition, ModelsAreCounted) {
  const auto target = make_target(Kind::models);
  auto result = make_result(target, Outcome::ok);
  result.models_count = 42;
  const Roster roster{{make_entry(target, state_after(result, kNow))}};
  EXPECT_THAT(samples_of(roster, kNow),
              Contains(std::pair(
                  R"(llm_probe_models{target="acme/models",provider="acme",model=""})", 42.0)));
}

TEST(Exposition, OldLastProbeLeavesCountersHistogramsAndTimestamps) {
  const auto target = make_target();
  const Roster roster{{make_entry(target, state_after(make_full_result(target), kNow))}};
  const auto fresh = samples_of(roster, kNow + 240);
  const auto old = samples_of(roster, kNow + 241);  // three intervals and the timeout have passed
  std::set<std::string> gone;
  std::ranges::set_difference(names_of(fresh), names_of(old), std::inserter(gone, gone.end()));
  const std::set<std::string> expected{
      "llm_probe_success",
      "llm_probe_http_status_code",
      "llm_probe_consecutive_failures",
      "llm_probe_consecutive_unavailable",
      "llm_probe_phase_duration_seconds",
      "llm_probe_provider_processing_seconds",
      "llm_probe_provider_ttft_seconds",
      "llm_probe_provider_phase_seconds",
      "llm_probe_max_gap_seconds",
      "llm_probe_tls_cert_expiry_timestamp_seconds",
      "llm_probe_model_info",
      "llm_probe_ratelimit_reset_timestamp_seconds",
      "llm_probe_ttft_window_seconds",
      "llm_probe_throughput_window_tokens_per_second",
  };
  EXPECT_EQ(gone, expected);
  EXPECT_EQ(old.at(series("llm_probe_state")), 0);
  EXPECT_EQ(old.at(series("llm_probe_attempts_total")), 1);
  EXPECT_EQ(old.at(series("llm_probe_ttft_seconds_count")), 1);
  EXPECT_EQ(old.at(series("llm_probe_ttft_window_seconds_count")), 1);
  EXPECT_EQ(old.at(series("llm_probe_window_samples", R"(window="ttft")")), 0);
  EXPECT_EQ(old.at(series("llm_probe_last_probe_timestamp_seconds")), kNow);
  EXPECT_EQ(old.at(series("llm_probe_last_success_timestamp_seconds")), kNow);
}

TEST(Exposition, LimitsAreVoidAfterTheirReset) {
  const auto target = make_target();
  const Roster roster{{make_entry(target, state_after(make_full_result(target), kNow))}};
  const auto samples = samples_of(roster, kNow + 31);  // tokens: 30 s, requests: 120 s
  const auto requests = R"(resource="requests")";
  const auto tokens = R"(resource="tokens",window="minute")";
  EXPECT_THAT(samples, Contains(Key(series("llm_probe_ratelimit_remaining", requests))));
  EXPECT_THAT(samples, Not(Contains(Key(series("llm_probe_ratelimit_remaining", tokens)))));
  EXPECT_THAT(samples, Not(Contains(Key(series("llm_probe_ratelimit_limit", tokens)))));
  EXPECT_EQ(samples.at(series("llm_probe_ratelimit_reset_timestamp_seconds", tokens)), kNow + 30);
}

TEST(Exposition, LimitsDoNotOutliveTheirHeader) {
  const auto target = make_target();
  auto result = make_full_result(target);
  result.rate_limits[0].reset_seconds = 1e6;
  auto state = state_after(result, kNow);
  for (const double later : {60, 120, 180, 240, 300})  // failures that tell no limits
    record(state, make_result(target, Outcome::connect), at(kNow + later));
  const Roster roster{{make_entry(target, state)}};
  const std::string names[] = {"llm_probe_ratelimit_limit", "llm_probe_ratelimit_remaining",
                               "llm_probe_ratelimit_reset_timestamp_seconds"};
  for (const auto& name : names) {
    EXPECT_THAT(names_of(samples_of(roster, kNow + 240)), Contains(name));
    EXPECT_THAT(names_of(samples_of(roster, kNow + 300)), Not(Contains(name)));
  }
}

TEST(Exposition, ModelsAreThoseOfAProbeThatSucceeded) {
  const struct {
    Kind kind;
    const char* name;
  } rows[] = {{Kind::models, "llm_probe_models"}, {Kind::stream, "llm_probe_model_info"}};
  for (const auto& row : rows) {
    const auto target = make_target(row.kind);
    auto good = make_full_result(target);
    good.models_count = 42;
    auto state = state_after(good, kNow);
    const auto names = [&] {
      return names_of(samples_of(Roster{{make_entry(target, state)}}, kNow + 60));
    };
    EXPECT_THAT(names(), Contains(row.name));
    record(state, make_result(target, Outcome::overloaded), at(kNow + 60));
    EXPECT_THAT(names(), Not(Contains(row.name)));
    good.served_model = "m-2";  // the change is seen across the failure
    record(state, good, at(kNow + 60));
    EXPECT_THAT(names(), Contains(row.name));
    EXPECT_EQ(state.model_changes, 1U);
  }
}

TEST(Exposition, AFailedProbeShowsNoUnknownAsZero) {
  const auto target = make_target();
  const Roster roster{{make_entry(target, state_after(make_result(target, Outcome::dns), kNow))}};
  const auto samples = samples_of(roster, kNow);
  EXPECT_EQ(samples.at(series("llm_probe_success")), 0);
  EXPECT_EQ(samples.at(series("llm_probe_state")), 5);
  EXPECT_EQ(samples.at(series("llm_probe_http_status_code")), 0);
  EXPECT_EQ(samples.at(series("llm_probe_errors_total", R"(class="dns")")), 1);
  const auto names = names_of(samples);
  for (const auto* name :
       {"llm_probe_max_gap_seconds", "llm_probe_tls_cert_expiry_timestamp_seconds",
        "llm_probe_last_success_timestamp_seconds", "llm_probe_model_info",
        "llm_probe_ratelimit_limit", "llm_probe_ttft_content_seconds_count",
        "llm_probe_ttft_window_seconds", "llm_probe_models"}) {
    EXPECT_THAT(names, Not(Contains(name)));
  }
}

TEST(Exposition, ReplacedLabelValuesAndRemovedTargetsVanish) {
  const auto target = make_target();
  auto result = make_full_result(target);
  auto state = state_after(result, kNow);
  result.served_model = "m-2";
  record(state, result, at(kNow + 60));
  const Roster roster{{make_entry(target, state), make_entry(make_target(Kind::models))}};
  const auto text = render_targets(roster, at(kNow + 60), TextFormat::prometheus);
  EXPECT_THAT(text, HasSubstr(R"(response_model="m-2"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr("m-1-2026-11-01")));
  EXPECT_THAT(text, HasSubstr("acme/models"));
  const Roster reloaded{{roster.entries[0]}};
  EXPECT_THAT(render_targets(reloaded, at(kNow + 60), TextFormat::prometheus),
              Not(HasSubstr("acme/models")));
  EXPECT_EQ(render(Roster{}, {}, at(kNow), TextFormat::prometheus), "");
  EXPECT_EQ(render(Roster{}, {}, at(kNow), TextFormat::openmetrics), "# EOF\n");
}

TEST(Exposition, HostileNamesAreEscaped) {
  auto target = make_target();
  auto provider = make_provider("a\"b\\c\nd");
  provider->base_url = "http://user:hunter2@[::1]:80/v1?x=y@z";
  provider->labels = {{"team", "\"} 1\n# HELP x"}};
  target->provider = provider;
  target->name = "t\xFFt";
  target->model = "größe\\";
  auto result = make_result(target, Outcome::ok);
  result.served_model = "x\"}\n";
  for (const auto format : kFormats) {
    const Roster roster{{make_entry(target, state_after(result, kNow))}};
    const auto samples = samples_of(roster, kNow, format);
    const std::string labels =
        "target=\"t\xEF\xBF\xBDt\",provider=\"a\\\"b\\\\c\\nd\",model=\"größe\\\\\"";
    EXPECT_THAT(samples, Contains(Key("llm_probe_state{" + labels + "}")));
    EXPECT_THAT(samples, Contains(Key("llm_probe_target_info{" + labels +
                                      R"(,provider_type="groq",api="openai-chat",host="[::1]:80",)"
                                      R"(kind="stream",team="\"} 1\n# HELP x"})")));
    // A served model is clean text: its newline is a space by now.
    EXPECT_THAT(samples,
                Contains(Key("llm_probe_model_info{" + labels + R"(,response_model="x\"} "})")));
  }
}

TEST(Exposition, OpenMetricsIsTheSameDataInItsOwnForm) {
  const auto target = make_target();
  const Roster roster{{make_entry(target, state_after(make_full_result(target), kNow)),
                       make_entry(make_target(Kind::models))}};
  const auto text = render(roster, {}, at(kNow), TextFormat::openmetrics);
  const auto parsed = parse_strictly(text, TextFormat::openmetrics);
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.types.at("llm_probe_attempts"), "counter");
  EXPECT_THAT(text, HasSubstr(",le=\"3.0\"} "));
  EXPECT_THAT(text, testing::EndsWith("\n# EOF\n"));
  EXPECT_EQ(parsed.samples.size(), samples_of(roster, kNow).size());
  for (const auto& [name, value] : samples_of(roster, kNow)) {
    if (name.find("le=\"") == name.npos) {
      EXPECT_THAT(parsed.samples, Contains(std::pair(name, value)));
    }
  }
}

TEST(Exposition, FamiliesAreTogetherAndInStableOrder) {
  const auto target = make_target();
  const Roster one{{make_entry(target, full_state(target, kNow))}};
  const auto order =
      parse_strictly(render_targets(one, at(kNow), TextFormat::prometheus), TextFormat::prometheus)
          .order;
  std::vector<std::string> documented;
  for (const auto& doc : target_metric_docs()) {
    if (doc.name != "llm_probe_models" && doc.name != "llm_probe_model_served" &&
        doc.name != "llm_probe_throughput_threshold_tokens_per_second")
      documented.emplace_back(doc.name);
  }
  EXPECT_EQ(order, documented);
}

}  // namespace
}  // namespace llm
