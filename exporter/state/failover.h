// Where to send traffic now: of a group of targets, in the user's order, the one to use.
//
// Two wishes contradict each other: never to point at a target that is known to be down while a
// healthy one exists, and never to change twice within the dwell. What holds is this:
//
// 1. A target that is known to be down is left at once, whatever the dwell, if another is not down:
//    for the first that is known to be healthy, else the first that is not known to be anything.
// 2. Every other change waits until the dwell since the last change is over, so that it never
//    changes twice within the dwell but to leave a target that is down. Such a change is a return
//    to a preferred target, of which the last three checks were good; or, with `max_ttft`, away
//    from one that is too slow.
// 3. If all are down, it is the primary: nobody knows better, and the user likes it best.
// 4. What is not known moves nothing: a target without a verdict is neither left nor returned to.
//
// The order alone decides, so there are no ties; the score is for people.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "state/evidence.h"
#include "state/health.h"

namespace llm {

struct Candidate {
  Health health;
  Evidence evidence;
  bool slow = false;        // its p95 TTFT is known to be over the group's max_ttft
  double score = kUnknown;  // see evidence.h
};

struct Recommendation {
  std::size_t index = 0;                      // into the group's targets; 0 is the primary
  double changed_at_unix_seconds = kUnknown;  // unknown: never
};

// Pure. `candidates` are those of `group.targets`, in that order and at least one; `previous.index`
// is one of them.
Recommendation decide(const Recommendation& previous, std::span<const Candidate> candidates,
                      const FailoverGroup& group, double now_unix_seconds);

// In words: why it is this one, and why each candidate is not (empty for this one).
struct Explanation {
  std::string why;
  std::vector<std::string> rejected;
};
Explanation explain(const Recommendation& recommendation, std::span<const Candidate> candidates,
                    const FailoverGroup& group, double now_unix_seconds);

struct FailoverChange {
  double at_unix_seconds = kUnknown;
  std::string from, to;  // names of targets
  std::string why;
};
// What the log says of a change of the index between two decisions.
FailoverChange describe_change(std::size_t from, const Recommendation& to,
                               std::span<const Candidate> candidates, const FailoverGroup& group);
inline constexpr std::size_t kMaxChanges = 50;  // remembered of each group

// One group as readers see it.
struct FailoverView {
  FailoverGroup group;
  std::vector<std::shared_ptr<const Target>> targets;  // of group.targets
  std::vector<Candidate> candidates;                   // likewise
  Recommendation recommendation;
  Explanation explanation;
  std::vector<FailoverChange> log;  // the latest last
  std::uint64_t switches = 0;

  const Target& recommended() const { return *targets[recommendation.index]; }
};

// All groups, in the configuration's order. Replaced whole by the probe thread.
struct FailoverState {
  std::vector<std::shared_ptr<const FailoverView>> groups;
};

}  // namespace llm
