// Whether traffic should be sent to a target, as its probes have shown it. One judgement for all
// who ask: the health endpoint, the failover groups, the page.
//
// It is not availability. A 429, a refused key or an empty account is no outage of the provider's
// and is never held against it, but a request that is sent there fails all the same.
//
// - Three checks in a row that a user's request would have failed like take a target out; a refused
//   key and an empty account do so at once, because asking again does not heal them. It is out as
//   long as its breaker (breaker.h) is not closed.
// - Three good ones in a row bring it back. So a target that fails one request in ten stays in: by
//   chance it is taken out once in about a thousand checks.
// - A provider that tells us to wait beyond the next check, or that says a limit is used up until
//   after it, is out for so long: the checks that would show it do not run.
// - What is not known changes nothing. Without a check, with old ones, or while our own network is
//   down, the last verdict stands, and at first that is a good one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/target.h"
#include "state/target_state.h"

namespace llm {

// "503 on three checks in a row: fail over" is what on-call engineers expect of a monitor.
inline constexpr std::uint64_t kBadChecksOfUnhealthy = 3;
inline constexpr std::uint64_t kGoodChecksOfHealthy = 3;
// Checks before there is a verdict at all.
inline constexpr std::uint64_t kChecksOfVerdict = 3;

enum class Verdict : std::uint8_t { unknown, healthy, unhealthy };
std::string_view to_string(Verdict verdict);

struct Health {
  Verdict verdict = Verdict::unknown;
  bool healthy = true;  // what to act upon: of an unknown one, the last verdict
  bool steady = false;  // healthy, and its latest checks were good: fit to be returned to
  std::string reason;   // in words; never empty
  double since_unix_seconds = kUnknown;  // when the checks began to say so
};

// `now` is in seconds since the epoch. Pure.
Health judge(const TargetState& state, const Target& target, double now, bool vantage_down = false);

// One more check; record() calls it. What is our own fault tells nothing and is passed over.
void note_serving(Serving& serving, Outcome outcome, double now);

}  // namespace llm
