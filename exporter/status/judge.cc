// From what a page says to what it says of the components that are watched.
#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"
#include "status/glob.h"
#include "status/page.h"

namespace llm {

namespace {

using Level = ServiceLevel;

class Watch {
 public:
  Watch(const Page& page, std::span<const std::string> patterns) : patterns_(patterns) {
    for (const auto& part : page.parts) {
      if (matches(part.id, part.name)) found_.insert(part.id);
    }
    // A page without any of the watched, renamed perhaps, is judged as a whole.
    everything_ = patterns.empty() || (found_.empty() && !page.only_incidents);
  }

  bool everything() const { return everything_; }
  bool has(const PagePart& part) const { return patterns_.empty() || matches(part.id, part.name); }
  bool has(const PageTouch& touch) const {
    return everything_ || matches(touch.id, touch.name) ||
           (!touch.id.empty() && found_.contains(touch.id));
  }

 private:
  bool matches(std::string_view id, std::string_view name) const {
    return std::ranges::any_of(patterns_, [&](const std::string& pattern) {
      return glob_matches(pattern, id) || glob_matches(pattern, name);
    });
  }

  std::span<const std::string> patterns_;
  std::set<std::string> found_;
  bool everything_ = false;
};

// How the incident hits what is watched; nullopt: not at all.
std::optional<Level> impact(const PageIncident& incident, const Watch& watch) {
  if (incident.touches.empty()) return incident.level;
  std::optional<Level> worst;
  for (const auto& touch : incident.touches) {
    if (!watch.has(touch) || touch.level == Level::operational) continue;  // well again
    const auto level = touch.level == Level::unknown ? incident.level : touch.level;
    worst = worse(worst.value_or(level), level);
  }
  return worst;
}

// Two of one name are one to us, as bad as the worse.
void add(StatusReport& report, const PagePart& part) {
  auto& all = report.components;
  const auto same = std::ranges::find(all, part.name, &ComponentStatus::name);
  if (same != all.end()) {
    same->level = worse(same->level, part.level);
  } else if (all.size() < kMaxComponents) {
    all.push_back({part.name, part.level});
  }
}

// The page as a whole, without its incidents. Its indicator lags behind its parts.
Level whole(const Page& page, Level worst_part) {
  if (page.only_incidents) return Level::operational;
  if (page.level == Level::unknown) return worst_part;
  return broken(worst_part) ? worse(page.level, Level::degraded) : page.level;
}

}  // namespace

StatusReport judge(const Page& page, std::span<const std::string> watched) {
  const Watch watch(page, watched);
  StatusReport report;
  report.indicator = page.indicator;

  auto worst_part = Level::unknown;
  for (const auto& part : page.parts) {
    if (!watch.everything() && !watch.has(part)) continue;
    worst_part = worse(worst_part, part.level);
    if (watch.has(part)) add(report, part);
  }
  report.overall = watch.everything() || page.only_incidents ? whole(page, worst_part) : worst_part;

  std::size_t open = 0;
  bool doubtful = false;
  std::optional<Level> worst_incident;
  for (const auto& incident : page.incidents) {
    const auto level = impact(incident, watch);
    if (!level) continue;
    doubtful |= *level == Level::unknown;
    report.overall = worse(report.overall, *level);
    if (incident.maintenance) continue;
    ++open;
    if (worst_incident && *worst_incident >= *level) continue;
    worst_incident = level;
    report.incident = incident.title;
  }
  // Where incidents are all there is, one that cannot be weighed leaves nothing to go by.
  if (page.only_incidents && doubtful && !broken(report.overall)) report.overall = Level::unknown;
  if (page.lists_incidents) report.open_incidents = open;
  return report;
}

}  // namespace llm
