#include "config/read_failover.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/syntax.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr std::size_t kMaxTargetName = 512;
constexpr std::size_t kMaxCandidates = 1'000;  // to compare a wrong name with

std::vector<std::string> read_members(const Field& field,
                                      const std::set<std::string>& target_names) {
  std::vector<std::string> members;
  const auto items = read_list(field);
  if (!items) return members;
  std::vector<std::string_view> known;
  if (target_names.size() <= kMaxCandidates) known.assign(target_names.begin(), target_names.end());
  for (const auto& item : *items) {
    if (item.diagnostics().full()) break;
    auto name = read_text(item, kMaxTargetName);
    if (!name) continue;
    if (!target_names.contains(*name)) {
      const auto meant = did_you_mean(*name, known);
      item.error(
          meant ? fmt::format("no target {}; did you mean \"{}\"?", in_quotes(*name), *meant)
                : fmt::format("no target {}; a target is called provider/model", in_quotes(*name)));
    } else if (std::find(members.begin(), members.end(), *name) != members.end()) {
      item.error(fmt::format("{} is listed twice; remove one", in_quotes(*name)));
    }
    members.push_back(std::move(*name));
  }
  return members;
}

FailoverGroup read_group(const Field& field, const std::set<std::string>& target_names) {
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
    group.targets = read_members(*targets, target_names);
  }
  section.finish();
  return group;
}

}  // namespace

std::vector<FailoverGroup> read_failover(const Field& field,
                                         const std::set<std::string>& target_names) {
  std::vector<FailoverGroup> groups;
  const auto items = read_list(field);
  if (!items) return groups;
  std::set<std::string> names;
  for (const auto& item : *items) {
    auto group = read_group(item, target_names);
    if (!group.name.empty() && !names.insert(group.name).second) {
      item.error(fmt::format("a second group {}; choose another name", in_quotes(group.name)));
    }
    groups.push_back(std::move(group));
  }
  field.warning("failover groups are not evaluated by this version");
  return groups;
}

}  // namespace llm
