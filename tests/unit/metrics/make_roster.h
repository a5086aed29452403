// Rosters for tests of what /metrics shows of them.
#pragma once

#include <memory>
#include <utility>

#include "state/roster.h"
#include "unit/state/make_probe.h"

namespace llm::test {

inline constexpr double kNow = 1'700'000'000;
inline constexpr double kAdded = kNow - 600;

inline std::shared_ptr<RosterEntry> make_entry(std::shared_ptr<const Target> target,
                                               const TargetState& state = {}) {
  auto entry = std::make_shared<RosterEntry>();
  entry->target = std::move(target);
  entry->added = at(kAdded);
  entry->state.put(state);
  return entry;
}

// A probe that learned everything there is.
inline ProbeResult make_full_result(std::shared_ptr<const Target> target) {
  auto result = make_result(std::move(target), Outcome::ok);
  result.http_status = 200;
  result.duration_seconds = 1.75;
  result.phase_seconds = {.01, .02, .03, .04, .5, .15, 1};
  result.ttft_seconds = 0.65;
  result.ttft_content_seconds = 0.8;
  result.tpot_seconds = 0.02;
  result.tokens_per_second = 50;
  result.max_gap_seconds = 0.07;
  result.first_token = FirstToken{true, "Hmm"};
  result.usage = Usage{};
  result.usage->input = 12;
  result.usage->output = 51;
  result.usage->cached = 8;
  result.usage->reasoning = 30;
  result.served_model = "m-1-2026-11-01";
  result.certificate_expiry = at(kNow + 1e6);
  result.rate_limits = {{Resource::requests, LimitWindow::unknown, 500, 499, 120},
                        {Resource::tokens, LimitWindow::minute, 30'000, 29'000.5, 30}};
  result.cost_usd = 0.25;
  result.provider_ms = 412;
  result.provider_ttft_ms = 300;
  result.timings = {{"prompt_ms", 52}, {"eval_ms", 31}};
  return result;
}

}  // namespace llm::test
