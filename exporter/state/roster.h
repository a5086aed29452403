// The targets as readers see them: one entry a target, with its published state.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/published.h"
#include "base/slot.h"
#include "base/time.h"
#include "config/config.h"
#include "state/history.h"
#include "state/target_state.h"

namespace llm {

struct RosterEntry {
  std::shared_ptr<const Target> target;
  WallTime added;           // when this target was loaded
  Slot<TargetState> state;  // written by the probe thread only
  Slot<History> history;    // likewise
};

// Replaced whole at a reload; entries of unchanged targets are carried over.
struct Roster {
  std::vector<std::shared_ptr<RosterEntry>> entries;  // in file order, this shard's only
};

}  // namespace llm
