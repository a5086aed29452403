// Instatus: summary.json, or its v2 components.json. Members not sure (providers.md §5).
#include "status/page.h"

namespace llm {

namespace {

// A component with children is a heading.
void read_components(json::Value object, std::string_view key, int depth, Page& page) {
  each_row(object, key, kMaxPageRows, [&](json::Value row) {
    if (page.parts.size() >= kMaxPageRows) return;
    if (depth > 0 && json::first(json::member(row, "children")))
      return read_components(row, "children", depth - 1, page);
    page.parts.push_back(
        {name_in(row, "id"), name_in(row, "name"), level_of(json::text(row, "status"))});
  });
}

}  // namespace

Result<Page> read_instatus(json::Value root) {
  const auto about = json::member(root, "page");
  const bool summary = about && !json::text(*about, "status").empty();
  if (!summary && !json::member(root, "components"))
    return Err{"JSON, but not a summary of Instatus: it has neither page.status nor components"};
  Page page;
  if (summary) page.indicator = name_in(*about, "status");
  page.level = level_of(page.indicator);
  read_components(root, "components", 2, page);
  page.lists_incidents = summary;  // the lists are left out when they are empty
  add_incidents(root, "activeIncidents", page);
  add_maintenances(root, "activeMaintenances", page);
  return page;
}

}  // namespace llm
