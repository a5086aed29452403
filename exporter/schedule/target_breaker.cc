#include "schedule/target_breaker.h"

#include "base/log.h"
#include "schedule/checks.h"
#include "schedule/schedule.h"

namespace llm {

namespace {

void log_change(const Target& target, BreakerState from, const Breaker& breaker) {
  const auto level = breaker.state() == BreakerState::open ? log::Level::warn : log::Level::info;
  const auto why = breaker.why() == Outcome::ok ? std::string_view() : to_string(breaker.why());
  log::write(level, "breaker changed",
             {{"target", target.name},
              {"from", to_string(from)},
              {"to", to_string(breaker.state())},
              {"why", why}});
}

BreakerInput input(const Choice& choice, const ProbeResult& result) {
  return {.ran = choice.check, .for_budget = choice.for_budget(), .outcome = result.outcome};
}

}  // namespace

std::optional<BreakerRules> breaker_rules(const Target& target) {
  if (!target.breaker) return std::nullopt;
  return BreakerRules{.settings = *target.breaker,
                      .interval = target.interval,
                      .seed = stable_hash(target.name),
                      .has_free = generates(target.kind) && free_check(*target.provider),
                      .has_cut = can_be_cut(target)};
}

Choice choose(const std::shared_ptr<const Target>& target, const Breaker& breaker, Budget& budget,
              const std::optional<ModelPrice>& price, MonoTime now, WallTime wall) {
  Choice choice{.what = target};
  if (breaker.state() == BreakerState::open)
    choice.check = breaker.check(*breaker_rules(*target), now);
  if (choice.check == Check::free) choice.what = free_check(*target);
  if (choice.check == Check::cut) choice.what = cut_check(*target);
  choice.grant = budget.ask(*choice.what, price, wall);
  if (!choice.for_budget()) return choice;
  choice.check = Check::free;
  choice.what = choice.grant.level == BudgetLevel::models ? free_check(*target) : nullptr;
  return choice;
}

void mark(ProbeResult& result, const Choice& choice, const Breaker& breaker) {
  result.check = choice.check != Check::full && !choice.for_budget();
  result.counts = breaker.counts(input(choice, result));
}

void take(Breaker& breaker, const Choice& choice, const ProbeResult& result,
          const TargetState& state, MonoTime now) {
  const auto rules = breaker_rules(*result.target);
  if (!rules) return;
  const auto before = breaker.state();
  auto probe = input(choice, result);
  probe.gone = state.retired;
  breaker.take(probe, *rules, now);
  if (breaker.state() != before) log_change(*result.target, before, breaker);
}

BreakerView view(const Breaker& breaker, MonoTime next_slot, MonoTime now, WallTime wall) {
  BreakerView view{.opened = breaker.opened(), .state = breaker.state(), .why = breaker.why()};
  if (breaker.next_full())
    view.next_full_unix_seconds = to_unix_seconds(wall) + to_seconds(next_slot - now);
  return view;
}

}  // namespace llm
