// Atlassian Statuspage's summary.json, and incident.io's imitation of it, which has fewer members.
#include "status/page.h"

namespace llm {

namespace {

bool is_group(json::Value row) {
  bool group = false;
  const auto value = json::member(row, "group");
  return value && value->get(group) == simdjson::SUCCESS && group;
}

}  // namespace

Result<Page> read_statuspage(json::Value root) {
  const auto status = json::member(root, "status");
  if (!json::member(root, "components") && !(status && json::member(*status, "indicator")))
    return Err{"JSON, but not a summary of Statuspage: it has neither status nor components"};
  Page page;
  if (status) {
    page.indicator = name_in(*status, "indicator");
    page.level = level_of(page.indicator);
  }
  each_row(root, "components", kMaxPageRows, [&](json::Value row) {
    if (is_group(row)) return;  // a heading
    page.parts.push_back(
        {name_in(row, "id"), name_in(row, "name"), level_of(json::text(row, "status"))});
  });
  page.lists_incidents = json::member(root, "incidents").has_value();
  add_incidents(root, "incidents", page);
  add_maintenances(root, "scheduled_maintenances", page);
  return page;
}

}  // namespace llm
