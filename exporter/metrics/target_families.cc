#include "metrics/target_families.h"

#include <array>
#include <cmath>

#include "metrics/target_labels.h"

namespace llm {
namespace {

// Labels with a closed set of values are rendered once.
template <class Enum, std::size_t N>
std::array<std::string, N> labels_of(std::string_view name, std::string_view (*value)(Enum)) {
  std::array<std::string, N> labels;
  for (std::size_t i = 0; i < N; ++i) labels[i] = label(name, value(static_cast<Enum>(i)));
  return labels;
}

std::string_view name_of(TokenType type) {
  constexpr std::array<std::string_view, kTokenTypes> names{"input", "output", "cached_input",
                                                            "reasoning"};
  return names[static_cast<std::size_t>(type)];
}

// An unknown value is no sample.
void put(TextWriter& out, const TargetView& r, double value, std::string_view more = {}) {
  if (!std::isnan(value)) out.sample({}, r.labels, more, value);
}
// What only the last probe can tell goes when that is too old.
void put_last(TextWriter& out, const TargetView& r, double value, std::string_view more = {}) {
  if (!r.stale) put(out, r, value, more);
}
void put_count(TextWriter& out, const TargetView& r, std::uint64_t value) {
  out.sample(r.labels, value);
}

// `le` of every bucket, per format.
template <const auto& kBounds>
const auto& bucket_labels(TextFormat format) {
  constexpr std::size_t kBuckets = kBounds.size() + 1;
  const auto render = [](TextFormat f) {
    std::array<std::string, kBuckets> labels;
    for (std::size_t i = 0; i < kBounds.size(); ++i) labels[i] = label("le", bound(kBounds[i], f));
    labels.back() = label("le", "+Inf");
    return labels;
  };
  static const std::array<std::array<std::string, kBuckets>, 2> labels{
      render(TextFormat::prometheus), render(TextFormat::openmetrics)};
  return labels[static_cast<std::size_t>(format)];
}

template <const auto& kBounds>
void put_histogram(TextWriter& out, const TargetView& r,
                   const Histogram<kBounds.size()>& histogram) {
  const auto& les = bucket_labels<kBounds>(out.format());
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < les.size(); ++i) {
    cumulative += histogram.buckets[i];
    out.sample("_bucket", r.labels, les[i], cumulative);
  }
  out.sample("_sum", r.labels, {}, histogram.sum);
  out.sample("_count", r.labels, {}, histogram.count);
}

void put_summary(TextWriter& out, const TargetView& r, const Window& window, const WindowView& view,
                 std::initializer_list<double> quantiles) {
  for (const double q : quantiles) {
    if (view.size == 0) break;
    out.sample({}, r.labels, label("quantile", bound(q, out.format())), view.quantile(q));
  }
  out.sample("_sum", r.labels, {}, window.sum);
  out.sample("_count", r.labels, {}, window.count);
}

void put_errors(TextWriter& out, const TargetView& r) {
  static const auto labels = labels_of<Outcome, kOutcomes>("class", to_string);
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    if (!success(static_cast<Outcome>(i))) out.sample({}, r.labels, labels[i], r.state.errors[i]);
  }
}

void put_tokens(TextWriter& out, const TargetView& r) {
  static const auto labels = labels_of<TokenType, kTokenTypes>("token_type", name_of);
  for (std::size_t i = 0; i < kTokenTypes; ++i) {
    out.sample({}, r.labels, labels[i], r.state.tokens[i]);
  }
}

void put_phases(TextWriter& out, const TargetView& r) {
  static const auto labels = labels_of<Phase, kPhases>("phase", to_string);
  for (std::size_t i = 0; i < kPhases; ++i) {
    put_last(out, r, r.state.last.phase_seconds[i], labels[i]);
  }
}

// A limit that was reset since it was read is void; when the reset was is still true.
void put_limits(TextWriter& out, const TargetView& r, double LimitState::*member) {
  static const auto labels = labels_of<Resource, kResources>("resource", to_string);
  for (std::size_t i = 0; i < kResources; ++i) {
    const auto& limit = r.state.limits[i];
    const bool is_void = member != &LimitState::reset_unix_seconds && expired(limit, r.now);
    if (!is_void) put_last(out, r, limit.*member, labels[i]);
  }
}

void put_model_info(TextWriter& out, const TargetView& r) {
  const auto model = r.state.last.served_model.view();
  if (!model.empty()) put_last(out, r, 1, label("response_model", model));
}

// Kinds that can never have a sample do not get the metric.
bool has_ttft(const TargetView& r) { return streams(r.target.kind); }
bool has_throughput(const TargetView& r) { return r.target.kind != Kind::models; }

void put_window_samples(TextWriter& out, const TargetView& r) {
  if (has_ttft(r)) put(out, r, static_cast<double>(r.ttft.size), R"(window="ttft")");
  if (has_throughput(r)) {
    put(out, r, static_cast<double>(r.throughput.size), R"(window="throughput")");
  }
}

using enum MetricType;
using W = TextWriter;
using R = TargetView;

constexpr TargetFamily kFamilies[] = {
    // Configuration.
    {"llm_probe_target_info", gauge, "Constant 1; configuration of a target.",
     [](W& w, const R& r) { put(w, r, 1, target_info_labels(r.target)); }},
    {"llm_probe_interval_seconds", gauge, "Configured time between two probes of the target.",
     [](W& w, const R& r) { put(w, r, to_seconds(r.target.interval)); }},
    {"llm_probe_timeout_seconds", gauge, "Configured deadline of one whole probe.",
     [](W& w, const R& r) { put(w, r, to_seconds(r.target.timeout.total)); }},
    {"llm_probe_ttft_threshold_seconds", gauge,
     "Configured upper bound of the p95 time to first token.",
     [](W& w, const R& r) {
       if (has_ttft(r)) put(w, r, r.target.ttft_threshold_seconds);
     }},
    {"llm_probe_throughput_threshold_tokens_per_second", gauge,
     "Configured lower bound of the median output speed; absent if none is set.",
     [](W& w, const R& r) { put(w, r, r.target.throughput_threshold.value_or(kUnknown)); }},
    {"llm_probe_target_added_timestamp_seconds", gauge, "When the target was loaded.",
     [](W& w, const R& r) { put(w, r, r.added); }},
    {"llm_probe_paused", gauge, "1 while the target is not probed on purpose.",
     [](W& w, const R& r) { put(w, r, 0); }},

    // Counting: from 0 on, every class and type at once, so that rate() sees the first of each.
    {"llm_probe_attempts_total", counter, "Finished probes, whatever their outcome.",
     [](W& w, const R& r) { put_count(w, r, r.state.attempts); }},
    {"llm_probe_successes_total", counter, "Probes that succeeded.",
     [](W& w, const R& r) { put_count(w, r, r.state.successes); }},
    {"llm_probe_failures_total", counter, "Probes that failed and count against availability.",
     [](W& w, const R& r) { put_count(w, r, r.state.failures); }},
    {"llm_probe_errors_total", counter,
     "Probes that did not succeed, by error class; also those that do not count against "
     "availability.",
     put_errors},
    {"llm_probe_tokens_total", counter,
     "Tokens used by probes. Types cached_input and reasoning are parts of input and output.",
     put_tokens},
    {"llm_probe_model_version_changes_total", counter,
     "Changes of the answering model seen by this process.",
     [](W& w, const R& r) { put_count(w, r, r.state.model_changes); }},

    // The last probe.
    {"llm_probe_state", gauge,
     "Verdict of the last probe: 0 unknown, 1 up, 2 degraded, 3 throttled, 4 misconfigured, "
     "5 down.",
     [](W& w, const R& r) { put(w, r, r.stale ? 0 : static_cast<double>(r.state.last.state)); }},
    {"llm_probe_success", gauge, "1 if the last probe succeeded.",
     [](W& w, const R& r) { put_last(w, r, success(r.state.last.outcome) ? 1 : 0); }},
    {"llm_probe_http_status_code", gauge, "HTTP status of the last probe, 0 if there was none.",
     [](W& w, const R& r) { put_last(w, r, r.state.last.http_status); }},
    {"llm_probe_consecutive_failures", gauge,
     "Failed probes since the last success; outcomes that do not count against availability "
     "neither count nor reset.",
     [](W& w, const R& r) { put_last(w, r, static_cast<double>(r.state.consecutive_failures)); }},
    {"llm_probe_consecutive_unavailable", gauge,
     "Probes in a row that ended in overloaded or timeout; outcomes that do not count against "
     "availability neither count nor reset.",
     [](W& w, const R& r) {
       put_last(w, r, static_cast<double>(r.state.consecutive_unavailable));
     }},
    {"llm_probe_last_probe_timestamp_seconds", gauge, "When the last probe finished.",
     [](W& w, const R& r) { put(w, r, r.state.last.at_unix_seconds); }},
    {"llm_probe_last_success_timestamp_seconds", gauge, "When the last successful probe finished.",
     [](W& w, const R& r) { put(w, r, r.state.last.success_at_unix_seconds); }},
    {"llm_probe_phase_duration_seconds", gauge,
     "Time spent in a phase of the last probe; the phases add up to its duration.", put_phases},
    {"llm_probe_max_gap_seconds", gauge, "Longest time between two token events of the last probe.",
     [](W& w, const R& r) { put_last(w, r, r.state.last.max_gap_seconds); }},
    {"llm_probe_tls_cert_expiry_timestamp_seconds", gauge,
     "When the endpoint's certificate expires.",
     [](W& w, const R& r) { put_last(w, r, r.state.last.certificate_expiry_unix_seconds); }},
    {"llm_probe_model_info", gauge, "Constant 1; the model the provider says has answered.",
     put_model_info},
    {"llm_probe_models", gauge, "How many models the provider lists.",
     [](W& w, const R& r) { put_last(w, r, r.state.models); }},
    {"llm_probe_ratelimit_limit", gauge, "Limit that the provider announced; absent once reset.",
     [](W& w, const R& r) { put_limits(w, r, &LimitState::limit); }},
    {"llm_probe_ratelimit_remaining", gauge,
     "What the provider said is left of the limit; absent once reset.",
     [](W& w, const R& r) { put_limits(w, r, &LimitState::remaining); }},
    {"llm_probe_ratelimit_reset_timestamp_seconds", gauge,
     "When the provider said the limit is reset.",
     [](W& w, const R& r) { put_limits(w, r, &LimitState::reset_unix_seconds); }},

    // Latency and speed, of successful probes.
    {"llm_probe_ttft_seconds", histogram,
     "Time from the request sent to the first generated token, reasoning or visible.",
     [](W& w, const R& r) {
       if (has_ttft(r)) put_histogram<kTtftBounds>(w, r, r.state.ttft);
     }},
    {"llm_probe_ttft_content_seconds", histogram,
     "Time from the request sent to the first visible token, of targets that showed reasoning.",
     [](W& w, const R& r) {
       if (has_ttft(r) && r.state.shown_reasoning) {
         put_histogram<kTtftBounds>(w, r, r.state.ttft_content);
       }
     }},
    {"llm_probe_duration_seconds", histogram, "Duration of whole probes.",
     [](W& w, const R& r) { put_histogram<kDurationBounds>(w, r, r.state.duration); }},
    {"llm_probe_time_per_output_token_seconds", histogram, "Time per output token after the first.",
     [](W& w, const R& r) {
       if (has_throughput(r)) put_histogram<kTpotBounds>(w, r, r.state.tpot);
     }},
    {"llm_probe_ttft_window_seconds", summary,
     "Time to first token, exact quantiles of the last 30 successful probes.",
     [](W& w, const R& r) {
       if (has_ttft(r)) put_summary(w, r, r.state.ttft_window, r.ttft, {.5, .95, .99});
     }},
    {"llm_probe_throughput_window_tokens_per_second", summary,
     "Output speed, exact quantiles of the last 30 probes that were long enough to tell.",
     [](W& w, const R& r) {
       if (has_throughput(r)) {
         put_summary(w, r, r.state.throughput_window, r.throughput, {.05, .5, .95});
       }
     }},
    {"llm_probe_window_samples", gauge, "Samples that the quantiles of a window stand on.",
     put_window_samples},
};

WindowView live_view(const Window& window, const TargetView& r) {
  return r.stale ? WindowView{} : view(window, r.now, to_seconds(r.target.interval));
}

}  // namespace

TargetView::TargetView(const RosterEntry& entry, double now_unix_seconds)
    : target(*entry.target),
      now(now_unix_seconds),
      added(to_unix_seconds(entry.added)),
      state(entry.state.get()),
      stale(llm::stale(state, target, now)),
      ttft(live_view(state.ttft_window, *this)),
      throughput(live_view(state.throughput_window, *this)),
      labels(target_labels(target)) {}

std::span<const TargetFamily> target_families() { return kFamilies; }

}  // namespace llm
