#include "state/failover.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "config/duration.h"

namespace llm {
namespace {

using Candidates = std::span<const Candidate>;

bool down(const Candidate& c) { return !c.health.healthy; }
bool healthy(const Candidate& c) { return c.health.verdict == Verdict::healthy; }
bool fit(const Candidate& c) { return healthy(c) && !c.slow; }
bool steady(const Candidate& c) { return fit(c) && c.health.steady; }

template <class Predicate>
std::optional<std::size_t> first(Candidates candidates, Predicate is) {
  const auto found = std::ranges::find_if(candidates, is);
  if (found == candidates.end()) return std::nullopt;
  return static_cast<std::size_t>(found - candidates.begin());
}

// Where to go from a target that is down: the best that is known, then the best that may be.
std::size_t refuge(Candidates candidates) {
  if (const auto best = first(candidates, fit)) return *best;
  if (const auto slow = first(candidates, healthy)) return *slow;
  return first(candidates, [](const Candidate& c) { return !down(c); }).value_or(0);
}

// The target that one would rather use than the current one, which is not down.
std::optional<std::size_t> preferred(std::size_t current, Candidates candidates) {
  const auto best = first(candidates, steady);
  if (!best || *best == current) return std::nullopt;
  const bool too_slow = healthy(candidates[current]) && candidates[current].slow;
  return *best < current || too_slow ? best : std::nullopt;
}

bool dwells(const Recommendation& r, const FailoverGroup& group, double now) {
  const double since = now - r.changed_at_unix_seconds;
  return since >= 0 && since < to_seconds(group.dwell);  // not for ever if the clock was set back
}

std::string slowness(const Candidate& c, const FailoverGroup& group) {
  return fmt::format("p95 TTFT {:.3g} s is over max_ttft {}", c.evidence.ttft_p95_seconds,
                     format_duration(group.max_ttft.value_or(Millis{})));
}

// What is wrong with a candidate, or right.
std::string about(const Candidate& c, const FailoverGroup& group) {
  return healthy(c) && c.slow ? slowness(c, group) : c.health.reason;
}

std::string why_not(std::size_t i, const Recommendation& r, Candidates candidates,
                    const FailoverGroup& group, double now) {
  const auto& c = candidates[i];
  if (!fit(c) || (i < r.index && !steady(c))) return about(c, group);
  if (preferred(r.index, candidates) == i && dwells(r, group, now)) {
    return fmt::format("healthy, but a recommendation stays for {}, this one until {}",
                       format_duration(group.dwell),
                       timestamp(r.changed_at_unix_seconds + to_seconds(group.dwell)));
  }
  const auto best = first(candidates, steady).value_or(i);
  return fmt::format("healthy, but {} is preferred",
                     group.targets[best < r.index && best != i ? best : r.index]);
}

std::string why(const Recommendation& r, Candidates candidates, const FailoverGroup& group,
                double now) {
  const auto& chosen = candidates[r.index];
  if (down(chosen)) return "no target is healthy, so the primary";
  if (r.index > 0) {
    return fmt::format("{}: {}", group.targets[0], why_not(0, r, candidates, group, now));
  }
  if (!healthy(chosen)) return "nothing known against the primary: " + chosen.health.reason;
  return chosen.slow ? "the primary, although its " + slowness(chosen, group)
                     : "the primary is healthy";
}

}  // namespace

Recommendation decide(const Recommendation& previous, Candidates candidates,
                      const FailoverGroup& group, double now) {
  const auto current = previous.index;
  auto next = current;
  if (down(candidates[current])) {
    next = refuge(candidates);
  } else if (!dwells(previous, group, now)) {
    next = preferred(current, candidates).value_or(current);
  }
  return {next, next == current ? previous.changed_at_unix_seconds : now};
}

Explanation explain(const Recommendation& r, Candidates candidates, const FailoverGroup& group,
                    double now) {
  Explanation explanation{why(r, candidates, group, now), {}};
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    explanation.rejected.push_back(i == r.index ? "" : why_not(i, r, candidates, group, now));
  }
  return explanation;
}

FailoverChange describe_change(std::size_t from, const Recommendation& to, Candidates candidates,
                               const FailoverGroup& group) {
  FailoverChange change{to.changed_at_unix_seconds, group.targets[from], group.targets[to.index],
                        "no target is healthy, so the primary"};
  if (down(candidates[to.index])) return change;
  const bool returns = to.index < from && !down(candidates[from]);
  const auto cause = returns ? to.index : from;
  change.why = fmt::format("{}: {}", group.targets[cause], about(candidates[cause], group));
  return change;
}

}  // namespace llm
