// The failover groups of the running configuration: judges their targets anew when there is news
// and remembers what was recommended.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/published.h"
#include "base/time.h"
#include "config/config.h"
#include "state/failover.h"
#include "state/roster.h"

namespace llm {

class FailoverGroups {
 public:
  FailoverGroups() { published_.set(std::make_shared<const FailoverState>()); }

  // Probe thread. A group of a name that was there before keeps its log and its recommendation. A
  // group with a target that is not in the roster, because another shard probes it, is left out.
  void apply(const std::vector<FailoverGroup>& groups, const Roster& roster, WallTime now,
             bool vantage_down);
  // Probe thread. After news of one target, and after a while without any: time judges too.
  void note(std::string_view target, WallTime now, bool vantage_down);
  void note_time(WallTime now, bool vantage_down);

  // Any thread; never null.
  std::shared_ptr<const FailoverState> get() const { return published_.get(); }

 private:
  struct Group {
    std::vector<std::shared_ptr<RosterEntry>> entries;  // of the view's targets
    std::shared_ptr<const FailoverView> view;
  };
  static void evaluate(Group& group, double now, bool vantage_down);
  void publish();

  std::vector<Group> groups_;
  Published<FailoverState> published_;
};

}  // namespace llm
