// What is worth asking of a target that fails for long: the cheapest check that can see the
// failure, at the same cadence, and the whole probe ever more rarely, until it succeeds again.
// Pure: every function is told the time.
//
//   closed     Every slot runs the full probe. Opens after failing in a row for so long and so
//              often; at once on what does not heal by asking (key, permission, quota, a model that
//              is gone).
//   open       Every slot runs a check. One that fails as the target did is one more failure. One
//              that does not is no proof that the target is up: it asks for one full probe at once,
//              so that a recovery is noticed within one interval. Whatever the checks say, the full
//              probe runs after one interval, two, four, up to a bound, each within +-10%.
//   half open  Every slot runs the full probe: so many good ones in a row close the breaker, one
//              that fails opens it again, with the interval that it had come to.
//
// A check that passes while the full probe it asked for fails is blind to this failure: the next
// dearer one takes its place until the breaker has closed, at last the full probe itself. So a
// failure that only the full probe sees is asked for as often as ever, not more often.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "config/target.h"
#include "dialects/outcome.h"

namespace llm {

enum class BreakerState : std::uint8_t { closed, half_open, open };
std::string_view to_string(BreakerState state);  // "closed", "half_open", "open"

// What may run in a slot, cheapest first.
enum class Check : std::uint8_t {
  free,  // the provider's free check: its key or its list of models
  cut,   // the target's own request, cut to its cheapest
  full,  // the target's own probe
};

// What holds for one target.
struct BreakerRules {
  BreakerSettings settings;
  Nanos interval;          // of the target
  std::uint64_t seed;      // of the jitter; the same target has the same
  bool has_free, has_cut;  // whether there are such checks, cheaper than the probe itself
};

// One finished probe.
struct BreakerInput {
  Check ran = Check::full;
  bool for_budget = false;  // a free check, because the budget allowed no more
  Outcome outcome = Outcome::internal;
  bool gone = false;  // the model is known to be retired
};

class Breaker {
 public:
  // What to run in the slot that has come.
  Check check(const BreakerRules& rules, MonoTime now) const;

  // Whether this probe counts as an attempt of the target: not if it is a check that asks for the
  // full probe.
  bool counts(const BreakerInput& probe) const;
  // Takes in what has just finished.
  void take(const BreakerInput& probe, const BreakerRules& rules, MonoTime now);

  BreakerState state() const { return state_; }
  std::uint64_t opened() const { return opened_; }  // how often, from half open too
  // A check has asked for the full probe, which should start now.
  bool wants_full() const { return state_ == BreakerState::open && asked_by_.has_value(); }
  // The first slot from then on runs the full probe; nullopt: while closed, where all do.
  std::optional<MonoTime> next_full() const;
  // The last failure of the full probe; Outcome::ok while closed.
  Outcome why() const { return why_; }

 private:
  Check cheapest(const BreakerRules& rules) const;
  bool proves(const BreakerInput& probe) const;
  void take_closed(const BreakerInput& probe, const BreakerRules& rules, MonoTime now);
  void take_open(const BreakerInput& probe, const BreakerRules& rules, MonoTime now);
  void take_half_open(const BreakerInput& probe, const BreakerRules& rules, MonoTime now);
  void open(Outcome why, Nanos interval, const BreakerRules& rules, MonoTime now);
  void wait(Nanos interval, const BreakerRules& rules, MonoTime now);
  void succeeded(const BreakerRules& rules, MonoTime now);

  std::uint64_t opened_ = 0;
  MonoTime failing_since_{};  // the first of failures_
  MonoTime next_full_{};
  Nanos wait_{};                 // between two full probes, before jitter
  std::uint32_t failures_ = 0;   // in a row, while closed
  std::uint32_t waits_ = 0;      // how often it waited for a full probe; picks the jitter
  std::uint32_t successes_ = 0;  // in a row, while half open
  BreakerState state_ = BreakerState::closed;
  Check sighted_ = Check::free;  // the cheapest that is not known to be blind
  Outcome why_ = Outcome::ok;
  std::optional<Outcome> asked_by_;  // how the check ended that asked for the full probe
};

}  // namespace llm
