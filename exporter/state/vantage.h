// What is known of our own side of the network: the canaries as they were last seen, and whether it
// is us. Replaced whole by the probe thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "state/target_state.h"

namespace llm {

struct CanaryView {
  std::string name;
  std::optional<bool> ok;  // absent: not checked yet
  std::optional<WallTime> checked_at;
  std::string error;  // why not, for people; empty: ok, or not checked yet
};

struct VantageState {
  std::vector<CanaryView> canaries;  // in file order; empty: none configured
  // Every canary fails, or a probe was judged lost by our own network; and nothing has come through
  // since.
  bool down = false;
  double since_unix_seconds = kUnknown;  // of `down`
  std::string why;                       // likewise, for people
};

}  // namespace llm
