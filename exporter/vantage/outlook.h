// Whether our own side is down, as far as the evidence goes. Pure. The two sides are judged apart:
// a model server on this machine says nothing of the way out.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "base/time.h"
#include "vantage/attribution.h"

namespace llm {

class Outlook {
 public:
  struct Down {
    WallTime since;
    std::string why;  // for people; the latest
  };

  // The canaries of a side as they were last seen: down as long as every one fails.
  void canaries(Side side, bool every_one_fails, const std::string& why, WallTime now);
  // A probe was judged lost by us: down until a witness for it is fine, …
  void judged_ours(const LostProbe& probe, const std::string& why, WallTime now);
  void heard(std::size_t witness, const Testimony& testimony, std::span<const Witness> witnesses);
  // … or a probe that began since is answered, where that one went or at one of its witnesses.
  void answered(const Place& place, WallTime began, std::span<const Witness> witnesses);

  // Since the first evidence that still holds, of either side; nullptr: there is none.
  const Down* down() const;

 private:
  struct State {
    std::optional<Down> canaries, probes;
    LostProbe latest{};  // of `probes`
  };
  State& at(Side side) { return sides_[static_cast<std::size_t>(side)]; }

  std::array<State, 2> sides_;
};

}  // namespace llm
