#include "vantage/outlook.h"

#include <algorithm>

namespace llm {

void Outlook::canaries(Side side, bool every_one_fails, const std::string& why, WallTime now) {
  auto& down = at(side).canaries;
  if (!every_one_fails) down.reset();
  if (every_one_fails) down = {down ? down->since : now, why};
}

void Outlook::judged_ours(const LostProbe& probe, const std::string& why, WallTime now) {
  auto& state = at(probe.place.side);
  state.latest = probe;
  state.probes = {state.probes ? state.probes->since : now, why};
}

void Outlook::heard(std::size_t witness, const Testimony& testimony,
                    std::span<const Witness> witnesses) {
  auto& state = at(witnesses[witness].place.side);
  if (!state.probes || !clears(state.latest, witnesses[witness], testimony)) return;
  if (std::ranges::count(witnesses_for(state.latest, witnesses), witness) != 0)
    state.probes.reset();
}

void Outlook::answered(const Place& place, WallTime began, std::span<const Witness> witnesses) {
  auto& state = at(place.side);
  if (!state.probes || began < state.probes->since) return;
  const auto is_there = [&](std::size_t i) {
    return witnesses[i].place.authority == place.authority;
  };
  if (place.authority == state.latest.place.authority ||
      std::ranges::any_of(witnesses_for(state.latest, witnesses), is_there)) {
    state.probes.reset();
  }
}

const Outlook::Down* Outlook::down() const {
  const Down* first = nullptr;
  for (const auto& state : sides_) {
    for (const auto* down : {&state.canaries, &state.probes}) {
      if (*down && (first == nullptr || (*down)->since < first->since)) first = &**down;
    }
  }
  return first;
}

}  // namespace llm
