#include "vantage/outlook.h"

namespace llm {

void Outlook::canaries(Side side, bool any_ok, bool failing, const std::string& why, WallTime now) {
  auto& state = at(side);
  if (any_ok) state = {};
  if (failing && !state.overruled && !state.down) state.down = {now, why};
}

void Outlook::judged(Side side, bool ours, const std::string& why, WallTime now) {
  auto& state = at(side);
  if (!ours) state.down.reset();
  if (ours && !state.down) state.down = {now, why};
}

void Outlook::got_through(Side side, WallTime began) {
  auto& state = at(side);
  if (!state.down || began < state.down->since) return;
  state.down.reset();
  state.overruled = true;
}

const Outlook::Down* Outlook::down() const {
  for (const auto& state : sides_) {
    if (state.down) return &*state.down;
  }
  return nullptr;
}

}  // namespace llm
