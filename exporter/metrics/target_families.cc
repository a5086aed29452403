#include "metrics/target_families.h"

#include "metrics/target_labels.h"
#include "metrics/target_samples.h"

namespace llm {
namespace {

// Only a stream has a first token, gaps and a speed; other kinds, which could never have a sample,
// do not get these metrics.
bool streamed(const TargetView& r) { return streams(r.target.kind); }

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
       if (streamed(r)) put(w, r, r.target.ttft_threshold_seconds);
     }},
    {"llm_probe_throughput_threshold_tokens_per_second", gauge,
     "Configured lower bound of the median output speed; absent if none is set.",
     [](W& w, const R& r) { put(w, r, r.target.throughput_threshold.value_or(kUnknown)); }},
    {"llm_probe_target_added_timestamp_seconds", gauge, "When the target was loaded.",
     [](W& w, const R& r) { put(w, r, r.added); }},
    {"llm_probe_paused", gauge, "1 while the target is not probed on purpose.",
     [](W& w, const R& r) { put(w, r, paused(r.state, r.now) ? 1 : 0); }},
    {"llm_probe_substituted", gauge,
     "1 while the target is checked by its provider's free check instead, because the budget "
     "allows no more.",
     [](W& w, const R& r) { put(w, r, r.state.substituted ? 1 : 0); }},
    {"llm_probe_wait_until_timestamp_seconds", gauge,
     "Until when the provider told us to wait (Retry-After, at most an hour); absent once passed.",
     [](W& w, const R& r) {
       if (r.now < r.state.wait_until_unix_seconds) put(w, r, r.state.wait_until_unix_seconds);
     }},
    {"llm_probe_price_usd_per_token", gauge,
     "List price of one token in US dollars; absent if unknown.", put_prices},
    {"llm_probe_context_window_tokens", gauge, "Tokens that the model takes; absent if unknown.",
     [](W& w, const R& r) { put(w, r, r.state.price.context_window_tokens); }},
    {"llm_probe_model_deprecation_timestamp_seconds", gauge,
     "When the provider takes the model away, by the price table; absent if unknown.",
     [](W& w, const R& r) { put(w, r, r.state.price.deprecation_unix_seconds); }},

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
    {"llm_probe_cost_usd_total", counter,
     "Cost of the probes in US dollars, by the provider's own word or the price table; absent if "
     "neither is known.",
     [](W& w, const R& r) {
       if (r.state.cost_known) put(w, r, r.state.cost_usd);
     }},
    {"llm_probe_model_version_changes_total", counter,
     "Changes of the answering model seen by this process.",
     [](W& w, const R& r) { put_count(w, r, r.state.model_changes); }},

    {"llm_probe_confirmations_total", counter,
     "Extra probes soon after the first failure of a healthy target; they are attempts like any "
     "other.",
     [](W& w, const R& r) { put_count(w, r, r.state.confirmations); }},
    {"llm_probe_breaker_opened_total", counter,
     "How often the target began to be probed by cheap checks because it failed for long, or in "
     "a way that does not heal by asking.",
     [](W& w, const R& r) { put_count(w, r, r.state.breaker.opened); }},

    // The breaker.
    {"llm_probe_breaker_state", gauge,
     "0 closed, 1 half open (full probes, not yet enough good ones), 2 open (cheap checks, full "
     "probes ever more rarely).",
     [](W& w, const R& r) { put(w, r, static_cast<double>(r.state.breaker.state)); }},
    {"llm_probe_breaker_next_full_probe_timestamp_seconds", gauge,
     "When the next full probe is due; absent while the breaker is closed.",
     [](W& w, const R& r) { put(w, r, r.state.breaker.next_full_unix_seconds); }},

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
    {"llm_probe_provider_processing_seconds", gauge,
     "What the provider says it spent on the last probe.",
     [](W& w, const R& r) { put_last(w, r, r.state.last.provider_seconds); }},
    {"llm_probe_provider_ttft_seconds", gauge,
     "What the provider says was its time to first token in the last probe.",
     [](W& w, const R& r) { put_last(w, r, r.state.last.provider_ttft_seconds); }},
    {"llm_probe_provider_phase_seconds", gauge,
     "Parts of the time that the provider says it spent on the last probe.", put_server_phases},
    {"llm_probe_max_gap_seconds", gauge, "Longest time between two token events of the last probe.",
     [](W& w, const R& r) { put_last(w, r, r.state.last.max_gap_seconds); }},
    {"llm_probe_tls_cert_expiry_timestamp_seconds", gauge,
     "When the endpoint's certificate expires.",
     [](W& w, const R& r) { put_last(w, r, r.state.last.certificate_expiry_unix_seconds); }},
    {"llm_probe_model_info", gauge, "Constant 1; the model the provider says has answered.",
     put_model_info},
    {"llm_probe_model_retired", gauge,
     "1 once the provider has said that the model is gone: 410, or 404 three times in a row.",
     [](W& w, const R& r) {
       if (!r.target.model.empty()) put(w, r, r.state.retired ? 1 : 0);
     }},
    {"llm_probe_model_served", gauge, "1 if the catalogue says that someone serves the model.",
     [](W& w, const R& r) {
       if (success(r.state.last.outcome)) put_last(w, r, r.state.last.model_served);
     }},
    {"llm_probe_context_utilization_ratio", gauge,
     "Part of the model's context window that the last probe used.",
     [](W& w, const R& r) {
       put_last(w, r, r.state.last.context_tokens / r.state.price.context_window_tokens);
     }},
    {"llm_probe_models", gauge, "How many models the provider lists.",
     [](W& w, const R& r) {
       if (success(r.state.last.outcome)) put_last(w, r, r.state.models);
     }},
    {"llm_probe_ratelimit_limit", gauge, "Limit that the provider announced; absent once reset.",
     [](W& w, const R& r) { put_limits(w, r, &LimitState::limit); }},
    {"llm_probe_ratelimit_remaining", gauge,
     "What the provider said is left of the limit; absent once reset.",
     [](W& w, const R& r) { put_limits(w, r, &LimitState::remaining); }},
    {"llm_probe_ratelimit_utilization_ratio", gauge,
     "Part of the announced limit that is used up; absent once reset.", put_utilization},
    {"llm_probe_ratelimit_reset_timestamp_seconds", gauge,
     "When the provider said the limit is reset.",
     [](W& w, const R& r) { put_limits(w, r, &LimitState::reset_unix_seconds); }},

    // Latency and speed, of successful probes.
    {"llm_probe_ttft_seconds", histogram,
     "Time from the request sent to the first generated token, reasoning or visible.",
     [](W& w, const R& r) {
       if (streamed(r)) put_histogram<kTtftBounds>(w, r, r.state.ttft);
     }},
    {"llm_probe_ttft_content_seconds", histogram,
     "Time from the request sent to the first visible token, of targets that showed reasoning.",
     [](W& w, const R& r) {
       if (streamed(r) && r.state.shown_reasoning) {
         put_histogram<kTtftBounds>(w, r, r.state.ttft_content);
       }
     }},
    {"llm_probe_duration_seconds", histogram, "Duration of whole probes.",
     [](W& w, const R& r) { put_histogram<kDurationBounds>(w, r, r.state.duration); }},
    {"llm_probe_time_per_output_token_seconds", histogram, "Time per output token after the first.",
     [](W& w, const R& r) {
       if (streamed(r)) put_histogram<kTpotBounds>(w, r, r.state.tpot);
     }},
    {"llm_probe_ttft_window_seconds", summary,
     "Time to first token, exact quantiles of the last 30 successful probes.",
     [](W& w, const R& r) {
       if (streamed(r)) put_summary(w, r, r.state.ttft_window, r.ttft, {.5, .95, .99});
     }},
    {"llm_probe_throughput_window_tokens_per_second", summary,
     "Output speed, exact quantiles of the last 30 probes that were long enough to tell.",
     [](W& w, const R& r) {
       if (streamed(r)) {
         put_summary(w, r, r.state.throughput_window, r.throughput, {.05, .5, .95});
       }
     }},
    {"llm_probe_window_samples", gauge, "Samples that the quantiles of a window stand on.",
     [](W& w, const R& r) {
       if (!streamed(r)) return;
       put(w, r, static_cast<double>(r.ttft.size), R"(window="ttft")");
       put(w, r, static_cast<double>(r.throughput.size), R"(window="throughput")");
     }},
};

TargetState live_state(const RosterEntry& entry, double now) {
  auto state = entry.state.get();
  for (auto& limit : state.limits) {
    if (stale(limit, *entry.target, now)) limit = {};
  }
  return state;
}

WindowView live_view(const Window& window, const TargetView& r) {
  return r.stale ? WindowView{} : view(window, r.now, to_seconds(r.target.interval));
}

}  // namespace

TargetView::TargetView(const RosterEntry& entry, double now_unix_seconds)
    : target(*entry.target),
      now(now_unix_seconds),
      added(to_unix_seconds(entry.added)),
      state(live_state(entry, now)),
      stale(llm::stale(state, target, now)),
      ttft(live_view(state.ttft_window, *this)),
      throughput(live_view(state.throughput_window, *this)),
      labels(target_labels(target)) {}

std::span<const TargetFamily> target_families() { return kFamilies; }

}  // namespace llm
