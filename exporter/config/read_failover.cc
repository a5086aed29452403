#include "config/read_failover.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "config/syntax.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr std::size_t kMaxTargetName = 512;
constexpr std::size_t kMaxCandidates = 1'000;  // to compare a wrong name with
// All of them are judged once a second, and a person reads the list.
constexpr std::size_t kMaxGroups = 100;
constexpr std::size_t kMaxMembers = 20;
constexpr Millis kMinDwell{1'000};
constexpr Millis kMaxDwell{86'400'000};
constexpr Millis kMinTtft{1};
constexpr Millis kMaxTtft{3'600'000};

using KindsByName = std::map<std::string_view, Kind>;

void report_unknown(const Field& item, const std::string& name, const KindsByName& kinds) {
  std::vector<std::string_view> known;
  if (kinds.size() <= kMaxCandidates) {
    for (const auto& [target, kind] : kinds) known.push_back(target);
  }
  const auto meant = did_you_mean(name, known);
  item.error(meant
                 ? fmt::format("no target {}; did you mean \"{}\"?", in_quotes(name), *meant)
                 : fmt::format("no target {}; a target is called provider/model", in_quotes(name)));
}

std::vector<std::string> read_members(const Field& field, const KindsByName& kinds) {
  std::vector<std::string> members;
  const auto items = read_list(field);
  if (!items) return members;
  for (const auto& item : *items) {
    if (item.diagnostics().full()) break;
    auto name = read_text(item, kMaxTargetName);
    if (!name) continue;
    const auto kind = kinds.find(*name);
    if (kind == kinds.end()) {
      report_unknown(item, *name, kinds);
    } else if (!generates(kind->second)) {
      item.error(
          fmt::format("{} is of kind {}, which no model answers; name a target of kind "
                      "stream, completion or speed",
                      in_quotes(*name), to_string(kind->second)));
    } else if (std::find(members.begin(), members.end(), *name) != members.end()) {
      item.error(fmt::format("{} is listed twice; remove one", in_quotes(*name)));
    }
    members.push_back(std::move(*name));
  }
  if (items->size() == 1) field.warning("a group of one target has nothing to fail over to");
  if (items->size() > kMaxMembers) {
    field.error(fmt::format("more than {} targets; nobody fails over so far", kMaxMembers));
  }
  return members;
}

FailoverGroup read_group(const Field& field, const KindsByName& kinds) {
  FailoverGroup group;
  Section section(field);
  if (const auto name = section.require("name", "give the group a name, such as chat")) {
    group.name = read_text(*name, kMaxTargetName).value_or("");
    if (!group.name.empty() && !is_name(group.name)) {
      name->error(fmt::format("{} {}", in_quotes(group.name), kNameShape));
    }
  }
  if (const auto targets =
          section.require("targets", "list the targets, the preferred one first")) {
    group.targets = read_members(*targets, kinds);
  }
  if (const auto dwell = section.find("dwell")) {
    group.dwell = read_duration(*dwell, kMinDwell, kMaxDwell).value_or(group.dwell);
  }
  if (const auto ttft = section.find("max_ttft")) {
    group.max_ttft = read_duration(*ttft, kMinTtft, kMaxTtft);
  }
  section.finish();
  return group;
}

}  // namespace

std::vector<FailoverGroup> read_failover(
    const Field& field, const std::vector<std::shared_ptr<const Target>>& targets) {
  std::vector<FailoverGroup> groups;
  const auto items = read_list(field);
  if (!items) return groups;
  KindsByName kinds;
  for (const auto& target : targets) kinds.emplace(target->name, target->kind);
  std::set<std::string> names;
  for (const auto& item : *items) {
    auto group = read_group(item, kinds);
    if (!group.name.empty() && !names.insert(group.name).second) {
      item.error(fmt::format("a second group {}; choose another name", in_quotes(group.name)));
    }
    groups.push_back(std::move(group));
  }
  if (groups.size() > kMaxGroups) {
    field.error(
        fmt::format("more than {} groups; split the file over several exporters", kMaxGroups));
  }
  return groups;
}

}  // namespace llm
