// AWS's currentevents: a list of what is open; empty when nothing is. Members not sure
// (providers.md §5): numbers come as strings.
#include "status/page.h"

namespace llm {

namespace {

// 0 resolved, 1 informational, 2 degraded, 3 disrupted.
ServiceLevel level_of_number(json::Value object, std::string_view key) {
  const auto number = json::scalar(object, key);
  if (number == "0") return ServiceLevel::operational;
  if (number == "1" || number == "2") return ServiceLevel::degraded;
  if (number == "3") return ServiceLevel::major_outage;
  return ServiceLevel::unknown;
}

void read_event(json::Value row, Page& page) {
  PageIncident event;
  event.title = title_in(row, "summary");
  event.level = level_of_number(row, "status");
  if (event.level == ServiceLevel::operational) return;
  // Large events are filed under a service of their own, and name those they hit.
  const auto service = name_in(row, "service");
  bool service_listed = false;
  json::Object impacted;
  const auto services = json::member(row, "impacted_services");
  if (services && services->get(impacted) == simdjson::SUCCESS) {
    for (const auto& [id, about] : impacted) {
      if (event.touches.size() >= kMaxPageTouches) break;
      service_listed |= id == service;
      event.touches.push_back(
          {clean_name(id), name_in(about, "service_name"), level_of_number(about, "current")});
    }
  }
  if (!service_listed) event.touches.push_back({service, name_in(row, "service_name")});
  page.incidents.push_back(std::move(event));
}

}  // namespace

Result<Page> read_aws(json::Value root) {
  json::Array events;
  if (root.get(events) != simdjson::SUCCESS) return Err{"JSON, but not a list of events"};
  Page page;
  page.only_incidents = true;
  for (const auto row : events) {
    if (page.incidents.size() >= kMaxPageRows) break;
    if (!row.is_object()) return Err{"JSON, but not a list of events"};
    read_event(row, page);
  }
  return page;
}

}  // namespace llm
