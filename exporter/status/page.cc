#include "status/page.h"

#include <utility>

#include "base/text.h"

namespace llm {

namespace {

PageIncident read_incident(json::Value row) {
  PageIncident incident;
  incident.title = title_in(row, "name");
  incident.level = level_of(json::text(row, "impact"));
  each_row(row, "components", kMaxPageTouches, [&](json::Value component) {
    incident.touches.push_back({name_in(component, "id"), name_in(component, "name")});
  });
  return incident;
}

}  // namespace

std::string not_json(std::string_view body) {
  const auto text = trim(body);
  if (text.empty()) return "an empty answer, not JSON";
  return text.starts_with('<') ? "a web page, not JSON" : "not JSON";
}

std::string clean_name(std::string_view text) { return clean_text(trim(text), kMaxNameBytes); }
std::string name_in(json::Value object, std::string_view key) {
  return clean_name(json::text(object, key));
}
std::string title_in(json::Value object, std::string_view key) {
  return clean_text(trim(json::text(object, key)), kMaxTitleBytes);
}

void add_incidents(json::Value root, std::string_view key, Page& page) {
  each_row(root, key, kMaxPageRows, [&](json::Value row) {
    if (!says_over(json::text(row, "status"))) page.incidents.push_back(read_incident(row));
  });
}

void add_maintenances(json::Value root, std::string_view key, Page& page) {
  each_row(root, key, kMaxPageRows, [&](json::Value row) {
    if (!says_open(json::text(row, "status"))) return;
    auto work = read_incident(row);
    work.level = ServiceLevel::maintenance;  // whatever impact it is announced with
    work.maintenance = true;
    page.incidents.push_back(std::move(work));
  });
}

}  // namespace llm
