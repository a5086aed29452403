#include "state/failover_groups.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/log.h"

namespace llm {
namespace {

Candidate examine(const RosterEntry& entry, const FailoverGroup& group, double now,
                  bool vantage_down) {
  const auto& target = *entry.target;
  const auto state = entry.state.get();
  Candidate c{.health = judge(state, target, now, vantage_down),
              .evidence = gather(state, target, now)};
  const double bound = group.max_ttft ? to_seconds(*group.max_ttft) : target.ttft_threshold_seconds;
  c.slow = group.max_ttft && c.evidence.ttft_p95_seconds > bound;
  c.score = c.health.healthy ? score(c.evidence, bound) : 0;
  return c;
}

void note_change(FailoverView& view, FailoverChange change) {
  log::warn("failover recommendation changed", {{"group", view.group.name},
                                                {"from", change.from},
                                                {"to", change.to},
                                                {"reason", change.why}});
  if (view.log.size() == kMaxChanges) view.log.erase(view.log.begin());
  view.log.push_back(std::move(change));
  ++view.switches;
}

// What `view`, a group of the same name, takes over from before a reload.
void carry_over(const FailoverView& before, FailoverView& view, double now) {
  view.log = before.log;
  view.switches = before.switches;
  view.recommendation = before.recommendation;
  const auto& names = view.group.targets;
  const auto& used = before.recommended().name;
  const auto place = std::ranges::find(names, used);
  if (place != names.end()) {
    view.recommendation.index = static_cast<std::size_t>(place - names.begin());
    return;
  }
  view.recommendation = {0, now};
  note_change(view, {now, used, names[0], used + " is not in the group any more"});
}

}  // namespace

void FailoverGroups::apply(const std::vector<FailoverGroup>& groups, const Roster& roster,
                           WallTime now, bool vantage_down) {
  std::map<std::string_view, std::shared_ptr<RosterEntry>> entries;
  for (const auto& entry : roster.entries) entries.emplace(entry->target->name, entry);
  const auto before = std::exchange(groups_, {});
  for (const auto& group : groups) {
    const auto here = [&](const std::string& name) { return entries.contains(name); };
    if (!std::ranges::all_of(group.targets, here)) continue;
    Group next;
    auto view = std::make_shared<FailoverView>();
    view->group = group;
    for (const auto& name : group.targets) {
      next.entries.push_back(entries.at(name));
      view->targets.push_back(next.entries.back()->target);
    }
    const auto same =
        std::ranges::find(before, group.name, [](const Group& g) { return g.view->group.name; });
    if (same != before.end()) carry_over(*same->view, *view, to_unix_seconds(now));
    next.view = std::move(view);
    groups_.push_back(std::move(next));
  }
  note_time(now, vantage_down);
}

void FailoverGroups::evaluate(Group& group, double now, bool vantage_down) {
  auto view = std::make_shared<FailoverView>(*group.view);
  const auto& settings = view->group;
  view->candidates.clear();
  for (const auto& entry : group.entries) {
    view->candidates.push_back(examine(*entry, settings, now, vantage_down));
  }
  const auto before = view->recommendation.index;
  view->recommendation = decide(view->recommendation, view->candidates, settings, now);
  view->explanation = explain(view->recommendation, view->candidates, settings, now);
  if (view->recommendation.index != before) {
    note_change(*view, describe_change(before, view->recommendation, view->candidates, settings));
  }
  group.view = std::move(view);
}

void FailoverGroups::note(std::string_view target, WallTime now, bool vantage_down) {
  const auto concerns = [&](const Group& group) {
    const auto& names = group.view->group.targets;
    return std::ranges::find(names, target) != names.end();
  };
  bool any = false;
  for (auto& group : groups_) {
    if (!concerns(group)) continue;
    evaluate(group, to_unix_seconds(now), vantage_down);
    any = true;
  }
  if (any) publish();
}

void FailoverGroups::note_time(WallTime now, bool vantage_down) {
  for (auto& group : groups_) evaluate(group, to_unix_seconds(now), vantage_down);
  publish();
}

void FailoverGroups::publish() {
  auto state = std::make_shared<FailoverState>();
  for (const auto& group : groups_) state->groups.push_back(group.view);
  published_.set(std::move(state));
}

}  // namespace llm
