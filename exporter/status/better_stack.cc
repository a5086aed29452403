// Better Stack's index.json, in JSON:API form: one list with rows of several types.
#include <algorithm>

#include "status/page.h"

namespace llm {

namespace {

void read_resource(json::Value row, json::Value attributes, Page& page) {
  page.parts.push_back({json::scalar(row, "id"), name_in(attributes, "public_name"),
                        level_of(json::text(attributes, "status"))});
}

// Open while it has no end.
void read_report(json::Value attributes, Page& page) {
  const auto state = json::text(attributes, "aggregate_state");
  if (json::member(attributes, "ends_at") || says_over(state)) return;
  PageIncident incident;
  incident.title = title_in(attributes, "title");
  incident.level = level_of(state);
  incident.maintenance = json::text(attributes, "report_type") == "maintenance";
  each_row(attributes, "affected_resources", kMaxPageTouches, [&](json::Value touched) {
    const auto touched_state = json::text(touched, "status");
    const auto level =
        says_over(touched_state) ? ServiceLevel::operational : level_of(touched_state);
    incident.touches.push_back({json::scalar(touched, "status_page_resource_id"), "", level});
  });
  page.incidents.push_back(std::move(incident));
}

// One failing monitor turns the whole page: its word is not worse than its parts are.
ServiceLevel tempered(const Page& page) {
  const bool some_up = std::ranges::any_of(
      page.parts, [](const auto& part) { return part.level == ServiceLevel::operational; });
  const bool down = page.level == ServiceLevel::major_outage;
  return down && some_up ? ServiceLevel::partial_outage : page.level;
}

}  // namespace

Result<Page> read_better_stack(json::Value root) {
  const auto data = json::member(root, "data");
  const auto attributes = data ? json::member(*data, "attributes") : std::nullopt;
  if (!attributes) return Err{"JSON, but not an index of Better Stack: it has no data.attributes"};
  Page page;
  page.indicator = name_in(*attributes, "aggregate_state");
  page.level = level_of(page.indicator);
  each_row(root, "included", kMaxPageRows, [&](json::Value row) {
    const auto type = json::text(row, "type");
    const auto members = json::member(row, "attributes");
    if (!members) return;
    if (type == "status_page_resource") read_resource(row, *members, page);
    if (type == "status_report") read_report(*members, page);
  });
  page.level = tempered(page);
  return page;
}

}  // namespace llm
