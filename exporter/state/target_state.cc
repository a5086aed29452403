#include "state/target_state.h"

#include <cmath>

#include "base/text.h"
#include "state/health.h"

namespace llm {
namespace {

// More tokens than any model can take or give in one request; a larger number is a mistake of the
// provider's and would spoil the sums for good.
constexpr std::uint64_t kMaxTokensPerProbe = 100'000'000;

// Samples older than this many intervals say nothing about now, unless they are younger than an
// hour (metrics.md §1.6).
constexpr double kWindowIntervals = 40;
constexpr double kWindowSeconds = 3600;

// No probe costs as much; a larger number is a mistake of the provider's.
constexpr double kMaxCostPerProbe = 1'000;

// RFC 9110 §15.5.11: gone, and likely for good.
constexpr int kGone = 410;
constexpr std::uint64_t kNotFoundsOfRetired = 3;

// A probe is overdue after three of its intervals (metrics.md §1.7).
constexpr double kStaleIntervals = 3;

double known(std::optional<double> value) {
  return value && std::isfinite(*value) && *value >= 0 ? *value : kUnknown;
}

template <std::size_t N>
void set_text(FixedText<N>& field, std::string_view text) {
  field.set(clean_text(text, N));  // cut at a character
}

void observe(Window& window, double value, double at_unix_seconds) {
  if (std::isnan(value)) return;
  window.value[window.next] = value;
  window.at_unix_seconds[window.next] = at_unix_seconds;
  window.next = (window.next + 1) % kWindow;
  window.size = std::min<std::uint32_t>(window.size + 1, kWindow);
  window.sum += value;
  ++window.count;
}

// Not the provider's doing: says neither that it is up nor that it is down.
bool excluded(Outcome outcome) {
  const auto at_fault = fault(outcome);
  return at_fault != Fault::none && at_fault != Fault::provider;
}

// The target's own probe, nothing cheaper in its place.
bool own(const ProbeResult& result) { return result.kind == result.target->kind && !result.check; }

void count(TargetState& state, Outcome outcome) {
  ++state.attempts;
  if (success(outcome)) {
    ++state.successes;
  } else {
    ++state.errors[static_cast<std::size_t>(outcome)];
  }
  if (fault(outcome) == Fault::provider) ++state.failures;

  if (excluded(outcome)) return;
  const bool unavailable = outcome == Outcome::overloaded || outcome == Outcome::timeout;
  state.consecutive_failures = success(outcome) ? 0 : state.consecutive_failures + 1;
  state.consecutive_unavailable = unavailable ? state.consecutive_unavailable + 1 : 0;
}

void add_tokens(TargetState& state, const Usage& usage) {
  const auto add = [&state](TokenType type, std::optional<std::uint64_t> tokens) {
    if (!tokens || *tokens > kMaxTokensPerProbe) return;
    state.tokens[static_cast<std::size_t>(type)] += *tokens;
  };
  add(TokenType::input, usage.input);
  add(TokenType::output, usage.generated());
  add(TokenType::cached_input, usage.cached);
  add(TokenType::reasoning, usage.reasoning);
}

// The model that answered is remembered over probes that do not say, so that a change is seen
// across a failure.
void note_served_model(TargetState& state, std::string_view served_model) {
  if (served_model.empty()) return;
  FixedText<128> seen;
  set_text(seen, served_model);
  const auto before = state.last.served_model.view();
  if (!before.empty() && before != seen.view()) ++state.model_changes;
  state.last.served_model = seen;
}

// Availability, probe by probe.
void observe_availability(TargetState& state, Outcome outcome, double now) {
  if (excluded(outcome)) return;
  observe(state.success_window, success(outcome) ? 1 : 0, now);
}

void observe_success(TargetState& state, const ProbeResult& result, double now) {
  observe(state.duration, kDurationBounds, known(result.duration_seconds));
  observe(state.ttft, kTtftBounds, known(result.ttft_seconds));
  observe(state.ttft_content, kTtftBounds, known(result.ttft_content_seconds));
  observe(state.tpot, kTpotBounds, known(result.tpot_seconds));
  observe(state.ttft_window, known(result.ttft_seconds), now);
  observe(state.throughput_window, known(result.tokens_per_second), now);
  if (result.target->kind == Kind::models) state.models = static_cast<double>(result.models_count);
}

// The place of a limit: its own, else a free one, else that of the oldest.
LimitState& place_of(TargetState& state, const RateLimit& limit) {
  const auto same = std::ranges::find_if(state.limits, [&](const LimitState& known) {
    return !std::isnan(known.at_unix_seconds) && known.resource == limit.resource &&
           known.window == limit.window;
  });
  if (same != state.limits.end()) return *same;
  return *std::ranges::min_element(state.limits, {}, [](const LimitState& known) {
    return std::isnan(known.at_unix_seconds) ? 0.0 : known.at_unix_seconds;
  });
}

// One answer's values belong together: a resource that it names is replaced whole. A success has
// named all that there are; a failure may have come from a gateway that knows none.
void note_limits(TargetState& state, const ProbeResult& result, double now) {
  if (success(result.outcome) && own(result)) state.limits = {};
  for (const auto& limit : result.rate_limits) {
    place_of(state, limit) = {limit.resource,
                              limit.window,
                              known(limit.limit),
                              known(limit.remaining),
                              now + known(limit.reset_seconds),
                              now};
  }
}

// A repeated 404 of a model that was there, or never was, is as good as the 410 that few send.
void note_retirement(TargetState& state, const ProbeResult& result) {
  if (!generates(result.kind) && result.kind != Kind::served) return;
  const bool not_found = result.outcome == Outcome::not_found;
  if (success(result.outcome)) state.retired = false;
  if (success(result.outcome) || not_found)
    state.consecutive_not_found = not_found ? state.consecutive_not_found + 1 : 0;
  const bool gone = not_found && result.http_status == kGone;
  if (gone || state.consecutive_not_found >= kNotFoundsOfRetired) state.retired = true;
}

void add_cost(TargetState& state, const ProbeResult& result) {
  const double cost = cost_of(result);
  if (std::isnan(cost)) return;
  state.cost_usd += cost;
  state.cost_known = true;
}

// "queue_ms", "load_ms", "prompt_ms", and the three names that servers have for the rest.
std::optional<ServerPhase> server_phase(std::string_view name) {
  if (name == "queue_ms") return ServerPhase::queue;
  if (name == "load_ms") return ServerPhase::load;
  if (name == "prompt_ms") return ServerPhase::prompt;
  if (name == "eval_ms" || name == "predicted_ms" || name == "completion_ms")
    return ServerPhase::generation;
  return std::nullopt;
}

void note_server_times(LastProbe& last, const ProbeResult& result) {
  last.provider_seconds = known(result.provider_ms) / 1e3;
  last.provider_ttft_seconds = known(result.provider_ttft_ms) / 1e3;
  last.server_phase_seconds = unknown_server_phases();
  for (const auto& timing : result.timings) {
    if (const auto phase = server_phase(timing.name))
      last.server_phase_seconds[static_cast<std::size_t>(*phase)] = known(timing.ms) / 1e3;
  }
}

double context_tokens(const std::optional<Usage>& usage) {
  const auto generated = usage ? usage->generated() : std::nullopt;
  if (!generated || !usage->input) return kUnknown;
  return static_cast<double>(*usage->input) + static_cast<double>(*generated);
}

// A later, longer wait wins.
void note_wait(TargetState& state, const ProbeResult& result, double now) {
  const double wait = wait_seconds(result);
  if (wait > 0 && !(state.wait_until_unix_seconds >= now + wait))
    state.wait_until_unix_seconds = now + wait;
}

bool overdue(double at_unix_seconds, const Target& target, double now_unix_seconds) {
  const double age =
      kStaleIntervals * to_seconds(target.interval) + to_seconds(target.timeout.total);
  // Negated, so that the NaN of what never was is overdue.
  return !(now_unix_seconds - at_unix_seconds <= age);
}

void note_last(LastProbe& last, const ProbeResult& result, double now) {
  last.at_unix_seconds = now;
  if (success(result.outcome)) last.success_at_unix_seconds = now;
  last.outcome = result.outcome;
  last.state = state_of(result);
  last.http_status = result.http_status.value_or(0);
  last.duration_seconds = known(result.duration_seconds);
  last.ttft_seconds = known(result.ttft_seconds);
  last.max_gap_seconds = known(result.max_gap_seconds);
  last.tokens_per_second = known(result.tokens_per_second);
  last.phase_seconds = result.phase_seconds;
  note_server_times(last, result);
  last.context_tokens = context_tokens(result.usage);
  if (result.model_served) last.model_served = *result.model_served ? 1 : 0;
  // A reused connection shows no certificate again, nor does one that fails earlier.
  if (result.certificate_expiry) {
    last.certificate_expiry_unix_seconds = to_unix_seconds(*result.certificate_expiry);
  }
  const bool has_error = result.error.has_value();
  set_text(last.error, has_error ? result.error->message : "");
  set_text(last.error_code, has_error ? result.error->code : "");
  set_text(last.request_id, result.request_id);
}

}  // namespace

void record(TargetState& state, const ProbeResult& result, WallTime finished_at) {
  if (result.cancelled) return;
  const double now = to_unix_seconds(finished_at);
  if (result.usage) add_tokens(state, *result.usage);
  add_cost(state, result);
  note_wait(state, result, now);
  state.substituted = result.kind != result.target->kind && !result.check;
  if (!result.counts) {
    state.last.at_unix_seconds = now;  // the verdict stands
    return;
  }
  count(state, result.outcome);
  observe_availability(state, result.outcome, now);
  note_serving(state.serving, result.outcome, now);
  if (own(result)) {
    if (result.first_token && result.first_token->reasoning) state.shown_reasoning = true;
    if (success(result.outcome)) observe_success(state, result, now);
    note_served_model(state, result.served_model);
  }
  note_retirement(state, result);
  note_limits(state, result, now);
  note_last(state.last, result, now);
}

State state_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
    case Outcome::ok_empty:
      return State::up;
    case Outcome::rate_limited:
    case Outcome::quota_exhausted:
      return State::throttled;
    case Outcome::auth:
    case Outcome::permission:
    case Outcome::not_found:
    case Outcome::bad_request:
    case Outcome::blocked:
      return State::misconfigured;
    case Outcome::local_network:
    case Outcome::internal:
      return State::unknown;
    default:
      return State::down;
  }
}

State state_of(const ProbeResult& result) {
  const bool slow = result.ttft_seconds > result.target->ttft_threshold_seconds;
  return success(result.outcome) && slow ? State::degraded : state_of(result.outcome);
}

double cost_of(const ProbeResult& result) {
  const double cost = known(result.cost_usd);
  return cost <= kMaxCostPerProbe ? cost : kUnknown;
}

double wait_seconds(const ProbeResult& result) {
  const double told = known(result.retry_after_seconds);
  if (success(result.outcome) || std::isnan(told)) return 0;
  const bool outage = fault(result.outcome) == Fault::provider;
  return std::min(told, outage ? kMaxOutageWaitSeconds : kMaxWaitSeconds);
}

void set_price(TargetState& state, const std::optional<ModelPrice>& price) {
  state.price = {};
  if (!price) return;
  const auto& p = price->base;
  state.price.usd_per_token = {known(p.input), known(p.output), known(p.cached_input),
                               known(p.reasoning)};
  if (price->context_window_tokens)
    state.price.context_window_tokens = static_cast<double>(*price->context_window_tokens);
  if (price->deprecation_date)
    state.price.deprecation_unix_seconds = to_unix_seconds(WallTime(*price->deprecation_date));
}

double WindowView::quantile(double q) const {
  if (size == 0) return kUnknown;
  // The small number undoes what 0.07 * 100 = 7.000000000000001 would round up.
  const auto rank = std::ceil(q * static_cast<double>(size) - 1e-9);
  return sorted[static_cast<std::size_t>(std::clamp(rank, 1.0, static_cast<double>(size))) - 1];
}

WindowView view(const Window& window, double now_unix_seconds, double interval_seconds) {
  const double oldest =
      now_unix_seconds - std::max(kWindowSeconds, kWindowIntervals * interval_seconds);
  WindowView result;
  for (std::size_t i = 0; i < window.size; ++i) {
    if (window.at_unix_seconds[i] < oldest) continue;
    result.sorted[result.size++] = window.value[i];
  }
  std::sort(result.sorted.begin(),
            result.sorted.begin() + static_cast<std::ptrdiff_t>(result.size));
  return result;
}

bool stale(const TargetState& state, const Target& target, double now_unix_seconds) {
  // While it waits as told, and until it is due again, the last verdict stands.
  const double wait_until = state.wait_until_unix_seconds;
  const double at = state.last.at_unix_seconds;
  return overdue(at < wait_until ? wait_until : at, target, now_unix_seconds);
}

bool stale(const LimitState& limit, const Target& target, double now_unix_seconds) {
  return overdue(limit.at_unix_seconds, target, now_unix_seconds);
}

bool paused(const TargetState& state, double now_unix_seconds) {
  return state.over_budget || now_unix_seconds < state.wait_until_unix_seconds;
}

bool expired(const LimitState& limit, double now_unix_seconds) {
  return now_unix_seconds > limit.reset_unix_seconds;
}

}  // namespace llm
