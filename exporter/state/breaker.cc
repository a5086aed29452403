#include "state/breaker.h"

#include <algorithm>
#include <bit>

namespace llm {
namespace {

constexpr double kJitter = 0.1;  // so that targets that failed together do not come back together

bool failed(const BreakerInput& probe) { return fault(probe.outcome) == Fault::provider; }

// Asking again does not help: somebody must do something about the account or the configuration.
// A free check may be refused what the target is allowed.
bool hopeless(const BreakerInput& probe) {
  if (probe.ran != Check::full) return false;
  switch (probe.outcome) {
    case Outcome::auth:
    case Outcome::permission:
    case Outcome::quota_exhausted:
      return true;
    case Outcome::not_found:
      return probe.gone;
    default:
      return false;
  }
}

// Says nothing of the target, not even that its answer would be another one by now.
bool says_nothing(Outcome outcome) {
  return outcome == Outcome::rate_limited || outcome == Outcome::local_network ||
         outcome == Outcome::internal;
}

// An outage changes its face; the rest does not.
bool same_failure(Outcome a, Outcome b) {
  return a == b || (fault(a) == Fault::provider && fault(b) == Fault::provider);
}

Check dearer(Check check) { return check == Check::free ? Check::cut : Check::full; }

// The n-th factor within 1 +- kJitter.
double jitter(std::uint64_t seed, std::uint32_t n) {
  constexpr int kBits = 16;
  const auto bits = std::rotl(seed, static_cast<int>(n % 64) * kBits / 2) & ((1U << kBits) - 1);
  return 1 - kJitter + 2 * kJitter * static_cast<double>(bits) / ((1U << kBits) - 1);
}

}  // namespace

std::string_view to_string(BreakerState state) {
  constexpr std::string_view kNames[] = {"closed", "half_open", "open"};
  return kNames[static_cast<std::size_t>(state)];
}

Check Breaker::check(const BreakerRules& rules, MonoTime now) const {
  const bool full = state_ != BreakerState::open || now >= next_full_;
  return full ? Check::full : cheapest(rules);
}

Check Breaker::cheapest(const BreakerRules& rules) const {
  if (sighted_ == Check::free && rules.has_free) return Check::free;
  return sighted_ != Check::full && rules.has_cut ? Check::cut : Check::full;
}

// Whether its success is one of the target. What runs for the budget's sake stands for the full
// probe as it does while closed, unless it is known to be blind.
bool Breaker::proves(const BreakerInput& probe) const {
  return probe.ran == Check::full || (probe.for_budget && sighted_ == Check::free);
}

bool Breaker::counts(const BreakerInput& probe) const {
  return state_ != BreakerState::open || proves(probe) || same_failure(probe.outcome, why_) ||
         says_nothing(probe.outcome);
}

void Breaker::take(const BreakerInput& probe, const BreakerRules& rules, MonoTime now) {
  switch (state_) {
    case BreakerState::closed:
      return take_closed(probe, rules, now);
    case BreakerState::half_open:
      return take_half_open(probe, rules, now);
    case BreakerState::open:
      return take_open(probe, rules, now);
  }
}

void Breaker::take_closed(const BreakerInput& probe, const BreakerRules& rules, MonoTime now) {
  if (success(probe.outcome)) failures_ = 0;
  if (failed(probe)) {
    if (failures_++ == 0) failing_since_ = now;
    if (failures_ < rules.settings.failures || now - failing_since_ < rules.settings.after) return;
  } else if (!hopeless(probe)) {
    return;
  }
  sighted_ = Check::free;
  open(probe.outcome, rules.interval, rules, now);
}

void Breaker::take_half_open(const BreakerInput& probe, const BreakerRules& rules, MonoTime now) {
  if (failed(probe) || hopeless(probe)) return open(probe.outcome, 2 * wait_, rules, now);
  if (success(probe.outcome) && proves(probe)) succeeded(rules, now);
}

void Breaker::take_open(const BreakerInput& probe, const BreakerRules& rules, MonoTime now) {
  if (success(probe.outcome) && proves(probe)) return succeeded(rules, now);
  if (probe.for_budget) return;
  if (probe.ran != Check::full) {
    if (counts(probe)) return;
    sighted_ = probe.ran;
    asked_by_ = probe.outcome;
    next_full_ = now;
    return;
  }
  const bool failing = failed(probe) || hopeless(probe);
  if (failing && asked_by_ && !same_failure(*asked_by_, probe.outcome)) sighted_ = dearer(sighted_);
  if (failing) why_ = probe.outcome;
  wait(failing ? 2 * wait_ : wait_, rules, now);
}

void Breaker::open(Outcome why, Nanos interval, const BreakerRules& rules, MonoTime now) {
  state_ = BreakerState::open;
  why_ = why;
  ++opened_;
  wait(interval, rules, now);
}

// Until the next full probe.
void Breaker::wait(Nanos interval, const BreakerRules& rules, MonoTime now) {
  asked_by_.reset();
  const Nanos longest = rules.settings.max_interval;
  wait_ = std::min(interval, longest);
  const auto jittered = static_cast<double>(wait_.count()) * jitter(rules.seed, ++waits_);
  next_full_ = now;
  if (cheapest(rules) != Check::full)
    next_full_ += std::min(Nanos(static_cast<Nanos::rep>(jittered)), longest);
}

void Breaker::succeeded(const BreakerRules& rules, MonoTime now) {
  if (state_ == BreakerState::open) successes_ = 0;
  state_ = BreakerState::half_open;
  asked_by_.reset();
  next_full_ = now;
  if (++successes_ < rules.settings.successes) return;
  state_ = BreakerState::closed;
  why_ = Outcome::ok;
  failures_ = 0;
}

std::optional<MonoTime> Breaker::next_full() const {
  return state_ == BreakerState::closed ? std::nullopt : std::optional(next_full_);
}

}  // namespace llm
