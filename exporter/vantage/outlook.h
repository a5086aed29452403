// Whether our own side is down, as far as the evidence goes. Pure. The two sides are judged apart:
// a model server on this machine says nothing of the way out.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/time.h"
#include "vantage/attribution.h"

namespace llm {

class Outlook {
 public:
  struct Down {
    WallTime since;
    std::string why;  // for people
  };

  // The canaries of a side as they were last seen: `failing` says that every one failed.
  void canaries(Side side, bool any_ok, bool failing, const std::string& why, WallTime now);
  // A probe was judged lost by us, or a witness cleared us.
  void judged(Side side, bool ours, const std::string& why, WallTime now);
  // A probe that began then was answered. It overrules canaries that go on failing: then they are
  // what is wrong.
  void got_through(Side side, WallTime began);

  // The side that is down, the way out first; nullptr: neither.
  const Down* down() const;

 private:
  struct State {
    std::optional<Down> down;
    bool overruled = false;  // until a canary succeeds again
  };
  State& at(Side side) { return sides_[static_cast<std::size_t>(side)]; }

  std::array<State, 2> sides_;
};

}  // namespace llm
