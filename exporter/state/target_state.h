// What the exporter knows of one target: counters, histograms, exact windows, the last probe. One
// trivially copyable struct, updated by one function from one ProbeResult and published whole
// through a Slot, so that no reader ever sees half of a probe. Removing a target is destroying it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

#include "base/time.h"
#include "dialects/outcome.h"
#include "money/prices.h"
#include "probe/result.h"
#include "state/breaker.h"

namespace llm {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();  // absent on /metrics

// Bucket boundaries (metrics.md §1.4): every threshold that an alert uses is a boundary.
inline constexpr std::array<double, 18> kTtftBounds{.1, .2, .3, .5,  .75, 1,  1.5, 2,  2.5,
                                                    3,  4,  5,  7.5, 10,  15, 20,  30, 60};
inline constexpr std::array<double, 17> kDurationBounds{.25, .5, 1,  1.5, 2,  3,  4,  5,  7.5,
                                                        10,  15, 20, 30,  45, 60, 90, 120};
inline constexpr std::array<double, 17> kTpotBounds{
    .0005, .001, .0025, .005, .0075, .01, .015, .02, .03, .05, .075, .1, .15, .2, .3, .5, 1};

template <std::size_t N>
struct Histogram {
  std::array<std::uint64_t, N + 1> buckets{};  // not cumulative; the last is +Inf
  double sum = 0;
  std::uint64_t count = 0;
};

// Unknown is no sample. `bounds` are upper bounds, ascending.
template <std::size_t N>
void observe(Histogram<N>& histogram, const std::array<double, N>& bounds, double value) {
  if (std::isnan(value)) return;
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
  ++histogram.buckets[static_cast<std::size_t>(bucket)];
  histogram.sum += value;
  ++histogram.count;
}

// The last N good samples, for exact quantiles (metrics.md §1.6).
inline constexpr std::size_t kWindow = 30;
struct Window {
  std::array<double, kWindow> value{};
  std::array<double, kWindow> at_unix_seconds{};
  std::uint32_t next = 0, size = 0;
  double sum = 0;           // cumulative, as the summary type demands
  std::uint64_t count = 0;  // cumulative
};

// Text of fixed size, so that the state can be copied as bytes.
template <std::size_t N>
struct FixedText {
  std::array<char, N> bytes{};
  std::uint16_t size = 0;
  void set(std::string_view text) {
    size = static_cast<std::uint16_t>(std::min(text.size(), N));
    std::memcpy(bytes.data(), text.data(), size);
  }
  std::string_view view() const { return {bytes.data(), size}; }
};

// Worst is largest, so that max() over targets is the worst.
enum class State : std::uint8_t { unknown, up, degraded, throttled, misconfigured, down };

enum class TokenType : std::uint8_t { input, output, cached_input, reasoning };
inline constexpr std::size_t kTokenTypes = 4;

// Parts of the provider's own time, of those that tell them.
enum class ServerPhase : std::uint8_t { queue, load, prompt, generation };
inline constexpr std::size_t kServerPhases = 4;
constexpr std::array<double, kServerPhases> unknown_server_phases() {
  return {kUnknown, kUnknown, kUnknown, kUnknown};
}

struct LastProbe {
  double at_unix_seconds = kUnknown;          // when it finished
  double success_at_unix_seconds = kUnknown;  // when the last good one finished
  Outcome outcome = Outcome::internal;
  State state = State::unknown;
  int http_status = 0;  // 0: none
  double duration_seconds = kUnknown;
  double ttft_seconds = kUnknown;
  double max_gap_seconds = kUnknown;
  double tokens_per_second = kUnknown;
  std::array<double, kPhases> phase_seconds{};
  // The provider's own word on where its time went.
  double provider_seconds = kUnknown, provider_ttft_seconds = kUnknown;
  std::array<double, kServerPhases> server_phase_seconds = unknown_server_phases();
  double context_tokens = kUnknown;  // input and output together
  double model_served = kUnknown;    // kind `served`: 0 or 1
  double certificate_expiry_unix_seconds = kUnknown;
  FixedText<128> served_model;
  FixedText<192> error;  // message for people
  FixedText<48> error_code;
  FixedText<64> request_id;
};

struct LimitState {
  Resource resource = Resource::requests;
  LimitWindow window = LimitWindow::unknown;
  double limit = kUnknown, remaining = kUnknown, reset_unix_seconds = kUnknown;
  double at_unix_seconds = kUnknown;  // when the header was read; unknown: the place is free
};

// What checks in a row have shown of whether a request would be served (state/health.h).
struct Serving {
  std::uint64_t checks = 0;  // that told
  std::uint64_t good_in_row = 0, bad_in_row = 0;
  Outcome bad_as = Outcome::internal;    // the latest bad one
  bool out = false;                      // so many bad in a row, and not yet as many good
  double since_unix_seconds = kUnknown;  // when the verdict began that holds
};

// List prices in US dollars per token, and what else the price table knows of the model.
struct PriceState {
  std::array<double, kTokenTypes> usd_per_token{kUnknown, kUnknown, kUnknown, kUnknown};
  double context_window_tokens = kUnknown;
  double deprecation_unix_seconds = kUnknown;
};

// Longest wait that a provider can impose, lest a Retry-After of a day leave us blind for a day.
// Of an outage, whose end must be seen, it is shorter.
inline constexpr double kMaxWaitSeconds = 3600;
inline constexpr double kMaxOutageWaitSeconds = 300;
// How long the result makes its target wait; 0: not at all.
double wait_seconds(const ProbeResult& result);

// The breaker as readers see it.
struct BreakerView {
  std::uint64_t opened = 0;
  double next_full_unix_seconds = kUnknown;  // the slot of the next full probe; unknown: closed
  BreakerState state = BreakerState::closed;
  Outcome why = Outcome::ok;  // the failure it is open for, or was before half open
};

struct TargetState {
  std::uint64_t attempts = 0, successes = 0, failures = 0;
  std::array<std::uint64_t, kOutcomes> errors{};  // by class; the two good outcomes stay 0
  std::array<std::uint64_t, kTokenTypes> tokens{};
  std::uint64_t model_changes = 0;
  double cost_usd = 0;      // of all probes whose cost is known
  bool cost_known = false;  // a price or a provider's word was there
  std::uint64_t consecutive_not_found = 0;
  bool retired = false;  // the provider says for good that the model is gone
  std::uint64_t consecutive_failures = 0, consecutive_unavailable = 0;
  Serving serving;
  bool shown_reasoning = false;  // from then on ttft_content is exported
  double models = kUnknown;      // kind `models`: how many the provider listed
  Histogram<kTtftBounds.size()> ttft, ttft_content;
  Histogram<kDurationBounds.size()> duration;
  Histogram<kTpotBounds.size()> tpot;
  Window ttft_window, throughput_window;
  Window success_window;  // of what counts towards availability: 1 a success, 0 a failure
  std::array<LimitState, kMaxRateLimits> limits;
  PriceState price;
  double wait_until_unix_seconds = kUnknown;  // Retry-After; not probed before
  bool over_budget = false;                   // not probed until the day is over
  bool substituted = false;         // checked by the provider's free check, for the budget's sake
  std::uint64_t confirmations = 0;  // extra probes after a first failure; attempts like any other
  BreakerView breaker;
  LastProbe last;
};

// The one function. A cancelled result changes nothing.
// Invariants: attempts = successes + sum(errors); failures = errors over the classes whose fault is
// the provider's; every counter monotonic.
// A result of another kind than the target's, or of a request that was cut, tells only that much:
// no latency, speed or model. One that does not count costs, and is no attempt.
void record(TargetState& state, const ProbeResult& result, WallTime finished_at);

// The state that a probe leaves its target in. A result's is finer: up, but over the threshold of
// TTFT, is degraded.
State state_of(Outcome outcome);
State state_of(const ProbeResult& result);

// In US dollars; kUnknown: not told, or more than any probe costs.
double cost_of(const ProbeResult& result);

// What the target's tokens cost from now on; nullopt: unknown.
void set_price(TargetState& state, const std::optional<ModelPrice>& price);

// Exact quantile by nearest rank, ceil(q*n), over the samples not older than
// max(1 h, 40 intervals); kUnknown when there is none.
struct WindowView {
  std::array<double, kWindow> sorted{};
  std::size_t size = 0;
  double quantile(double q) const;
};
WindowView view(const Window& window, double now_unix_seconds, double interval_seconds);

// Last-probe values are void when the last probe is older than three intervals and its timeout
// (metrics.md §1.7): also when there was none.
bool stale(const TargetState& state, const Target& target, double now_unix_seconds);

// A limit goes the same way by its own age, lest it outlive the provider's sending it.
bool stale(const LimitState& limit, const Target& target, double now_unix_seconds);

// Not probed on purpose: told to wait, or out of budget.
bool paused(const TargetState& state, double now_unix_seconds);

// Limit and remaining are void once the reset time that came with them has passed (§1.7).
bool expired(const LimitState& limit, double now_unix_seconds);

}  // namespace llm
