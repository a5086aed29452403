#include "simulator/status_pages.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace llm::sim {
namespace {

using Page = StatusPageScript;
using Component = StatusComponentScript;
using std::chrono::hours;

// One level in every system's own words.
struct Words {
  std::string_view statuspage, indicator, impact, description;
  std::string_view better_stack, instatus, google;
  int aws;
};
const Words& words(Level level) {
  static constexpr Words kWords[] = {
      {"operational", "none", "none", "All Systems Operational", "operational", "OPERATIONAL",
       "AVAILABLE_INFORMATION", 0},
      {"under_maintenance", "maintenance", "none", "Service Under Maintenance", "maintenance",
       "UNDERMAINTENANCE", "AVAILABLE_INFORMATION", 1},
      {"degraded_performance", "minor", "minor", "Partially Degraded Service", "degraded",
       "DEGRADEDPERFORMANCE", "SERVICE_INFORMATION", 2},
      {"partial_outage", "major", "major", "Partial System Outage", "degraded", "PARTIALOUTAGE",
       "SERVICE_DISRUPTION", 3},
      {"major_outage", "critical", "critical", "Major Service Outage", "downtime", "MAJOROUTAGE",
       "SERVICE_OUTAGE", 3}};
  return kWords[static_cast<std::size_t>(level)];
}

Level worst(const Page& page) {
  auto level = Level::operational;
  for (const auto& component : page.components) level = std::max(level, component.level);
  return level;
}

Level incident_level(const Page& page) { return page.incident->level.value_or(worst(page)); }

std::string id_of(const Component& component) {
  if (!component.id.empty()) return component.id;
  std::string id = "sim-";
  for (const char c : component.name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) id += c;
  }
  return id;
}

std::string title_of(const Page& page, const Component& component) {
  return page.incident ? page.incident->title : fmt::format("{} has issues", component.name);
}

std::string upper(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::vector<const Component*> broken(const Page& page) {
  std::vector<const Component*> found;
  for (const auto& component : page.components) {
    if (component.level != Level::operational) found.push_back(&component);
  }
  return found;
}

OrderedJson statuspage_component(const Component& component, std::string_view word,
                                 const std::string& since) {
  return {{"id", id_of(component)},        {"name", component.name}, {"status", word},
          {"created_at", since},           {"updated_at", since},    {"position", 1},
          {"description", nullptr},        {"showcase", false},      {"start_date", nullptr},
          {"group_id", "sim-group"},       {"page_id", "sim-page"},  {"group", false},
          {"only_show_if_degraded", false}};
}

OrderedJson statuspage_incident(const Page& page, const std::string& since) {
  auto touched = OrderedJson::array();
  for (const auto* component : broken(page)) {
    touched.push_back(statuspage_component(*component, words(component->level).statuspage, since));
  }
  const auto& incident = *page.incident;
  const OrderedJson update{{"id", "sim-update"},
                           {"status", incident.status},
                           {"body", "We are looking into it."},
                           {"incident_id", "sim-incident"},
                           {"created_at", since},
                           {"updated_at", since}};
  return {{"id", "sim-incident"},
          {"name", incident.title},
          {"status", incident.status},
          {"created_at", since},
          {"updated_at", since},
          {"monitoring_at", nullptr},
          {"resolved_at", nullptr},
          {"impact", words(incident_level(page)).impact},
          {"shortlink", "https://status.sim.example/incident"},
          {"started_at", since},
          {"page_id", "sim-page"},
          {"incident_updates", OrderedJson::array({update})},
          {"components", std::move(touched)}};
}

OrderedJson page_header(const std::string& since) {
  return {{"id", "sim-page"},
          {"name", "Simulated AI"},
          {"url", "https://status.sim.example"},
          {"time_zone", "Etc/UTC"},
          {"updated_at", since}};
}

// Atlassian's summary. The heading row over the components is not a component.
SideAnswer statuspage(const Page& page, WallTime time) {
  const auto since = rfc3339(time);
  Component heading{.name = "All", .id = "sim-group"};
  auto group = statuspage_component(heading, words(worst(page)).statuspage, since);
  group["group_id"] = nullptr;
  group["group"] = true;
  auto rows = OrderedJson::array({group});
  for (const auto& component : page.components) {
    rows.push_back(statuspage_component(component, words(component.level).statuspage, since));
  }
  auto incidents = OrderedJson::array();
  if (page.incident) incidents.push_back(statuspage_incident(page, since));
  const auto& word = words(worst(page));
  return json_answer(
      200, {{"page", page_header(since)},
            {"components", std::move(rows)},
            {"incidents", std::move(incidents)},
            {"scheduled_maintenances", OrderedJson::array()},
            {"status", {{"indicator", word.indicator}, {"description", word.description}}}});
}

// incident.io's imitation of it: no incidents, fewer members, a word of its own.
SideAnswer incident_io(const Page& page, WallTime time) {
  const auto since = rfc3339(time);
  auto rows = OrderedJson::array();
  for (const auto& component : page.components) {
    const auto word = component.level == Level::major_outage ? std::string_view("full_outage")
                                                             : words(component.level).statuspage;
    rows.push_back({{"id", id_of(component)},
                    {"name", component.name},
                    {"status", word},
                    {"position", rows.size() + 1},
                    {"updated_at", since},
                    {"group", false}});
  }
  const auto& word = words(worst(page));
  return json_answer(
      200, {{"page", page_header(since)},
            {"status", {{"description", word.description}, {"indicator", word.indicator}}},
            {"components", std::move(rows)}});
}

OrderedJson better_stack_report(const Page& page, const std::string& since) {
  auto affected = OrderedJson::array();
  for (const auto* component : broken(page)) {
    affected.push_back({{"status_page_resource_id", id_of(*component)},
                        {"status", words(component->level).better_stack}});
  }
  return {{"id", "sim-report"},
          {"type", "status_report"},
          {"attributes",
           {{"title", page.incident->title},
            {"report_type", "manual"},
            {"starts_at", since},
            {"ends_at", nullptr},
            {"status_page_id", 1},
            {"affected_resources", std::move(affected)},
            {"aggregate_state", words(incident_level(page)).better_stack}}}};
}

SideAnswer better_stack(const Page& page, WallTime time) {
  auto included = OrderedJson::array();
  for (const auto& component : page.components) {
    included.push_back({{"id", id_of(component)},
                        {"type", "status_page_resource"},
                        {"attributes",
                         {{"status_page_section_id", 1},
                          {"resource_type", "Monitor"},
                          {"public_name", component.name},
                          {"explanation", ""},
                          {"position", included.size()},
                          {"availability", 0.999},
                          {"status", words(component.level).better_stack},
                          {"status_history", OrderedJson::array()}}}});
  }
  const auto since = rfc3339(time);
  if (page.incident) included.push_back(better_stack_report(page, since));
  auto answer = json_answer(200, {{"data",
                                   {{"id", "1"},
                                    {"type", "status_page"},
                                    {"attributes",
                                     {{"company_name", "Simulated AI"},
                                      {"timezone", "UTC"},
                                      {"aggregate_state", words(worst(page)).better_stack},
                                      {"updated_at", since}}}}},
                                  {"included", std::move(included)}});
  answer.content_type = "application/vnd.api+json; charset=utf-8";
  return answer;
}

OrderedJson instatus_incident(std::string_view id, std::string_view title, std::string_view status,
                              Level level, const std::string& since) {
  return {{"id", id},
          {"name", title},
          {"started", since},
          {"status", upper(std::string(status))},
          {"impact", words(level).instatus},
          {"url", "https://status.sim.example/incident"},
          {"updatedAt", since}};
}

// Its summary knows no components; what is broken shows as incidents, what is announced as
// maintenance, and neither member is there when it would be empty.
SideAnswer instatus(const Page& page, WallTime time) {
  const auto since = rfc3339(time);
  OrderedJson incidents = OrderedJson::array(), maintenances = OrderedJson::array();
  if (page.incident) {
    incidents.push_back(instatus_incident("sim-incident", page.incident->title,
                                          page.incident->status, incident_level(page), since));
  }
  for (const auto* component : broken(page)) {
    const auto title = title_of(page, *component);
    if (component->level == Level::maintenance) {
      maintenances.push_back({{"id", id_of(*component)},
                              {"name", title},
                              {"start", since},
                              {"status", "INPROGRESS"},
                              {"duration", "60"},
                              {"url", "https://status.sim.example/maintenance"}});
    } else if (!page.incident) {
      incidents.push_back(
          instatus_incident(id_of(*component), title, "investigating", component->level, since));
    }
  }
  const auto* status = !incidents.empty()      ? "HASISSUES"
                       : !maintenances.empty() ? "UNDERMAINTENANCE"
                                               : "UP";
  OrderedJson body{
      {"page",
       {{"name", "Simulated AI"}, {"url", "https://status.sim.example"}, {"status", status}}}};
  if (!incidents.empty()) body["activeIncidents"] = std::move(incidents);
  if (!maintenances.empty()) body["activeMaintenances"] = std::move(maintenances);
  return json_answer(200, body);
}

SideAnswer instatus_components(const Page& page) {
  auto rows = OrderedJson::array();
  for (const auto& component : page.components) {
    rows.push_back({{"id", id_of(component)},
                    {"name", component.name},
                    {"description", ""},
                    {"status", words(component.level).instatus}});
  }
  return json_answer(200, {{"components", std::move(rows)}});
}

OrderedJson google_incident(const Page& page, const Component& component, WallTime begin,
                            bool open) {
  const auto since = rfc3339(begin);
  const auto impact = words(component.level).google;
  OrderedJson incident{{"id", (open ? "open-" : "past-") + id_of(component)},
                       {"number", "1"},
                       {"begin", since},
                       {"created", since}};
  if (!open) incident["end"] = rfc3339(begin + hours(1));
  const auto modified = open ? since : rfc3339(begin + hours(1));
  const OrderedJson update{{"created", modified},
                           {"modified", modified},
                           {"when", modified},
                           {"text", "Simulated."},
                           {"status", open ? impact : "AVAILABLE"},
                           {"affected_locations", OrderedJson::array()}};
  const OrderedJson product{{"title", component.name}, {"id", id_of(component)}};
  const auto everywhere = OrderedJson::array({{{"title", "Global"}, {"id", "global"}}});
  incident.update({{"modified", modified},
                   {"external_desc", title_of(page, component)},
                   {"updates", OrderedJson::array()},
                   {"most_recent_update", update},
                   {"status_impact", impact},
                   {"severity", "medium"},
                   {"service_key", "zall"},
                   {"service_name", "Multiple Products"},
                   {"affected_products", OrderedJson::array({product})},
                   {"uri", "incidents/sim"},
                   {"currently_affected_locations", open ? everywhere : OrderedJson::array()},
                   {"previously_affected_locations", open ? OrderedJson::array() : everywhere}});
  return incident;
}

// Newest first, with an outage of the past for every product: the real file goes back for years.
SideAnswer google(const Page& page, WallTime since) {
  auto incidents = OrderedJson::array();
  for (const auto* component : broken(page)) {
    incidents.push_back(google_incident(page, *component, since, true));
  }
  for (auto component : page.components) {
    component.level = Level::major_outage;
    incidents.push_back(google_incident(page, component, since - hours(24 * 30), false));
  }
  return json_answer(200, incidents);
}

// The bytes that AWS really sends: UTF-16, big-endian, with a byte order mark.
std::string utf16(std::string_view ascii) {
  std::string out("\xfe\xff");
  for (const char c : ascii) {
    out += '\0';
    out += c;
  }
  return out;
}

SideAnswer aws(const Page& page, WallTime time) {
  const auto since = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch());
  auto events = OrderedJson::array();
  for (const auto* component : broken(page)) {
    const auto status = words(component->level).aws;
    const auto title = title_of(page, *component);
    const OrderedJson entry{{"summary", title},
                            {"message", "We are investigating."},
                            {"status", status},
                            {"timestamp", since.count()}};
    events.push_back({{"arn", "arn:aws:health:sim::event/SIM/" + id_of(*component)},
                      {"date", std::to_string(since.count())},
                      {"region_name", "Simulated"},
                      {"status", std::to_string(status)},
                      {"service", component->name},
                      {"service_name", component->name},
                      {"summary", title},
                      {"event_log", OrderedJson::array({entry})}});
  }
  return {.content_type = "application/json",
          .body = utf16(
              events.dump(-1, ' ', /*ensure_ascii=*/true, OrderedJson::error_handler_t::replace))};
}

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string rss_item(std::string_view component, std::string_view title, std::string_view status,
                     WallTime time) {
  const auto since = rfc3339(time);
  return fmt::format(
      "<item><title>[{}] {}</title><link>https://status.sim.example</link>"
      "<guid isPermaLink=\"false\">{}</guid><category>disruption</category>"
      "<pubDate>{:%a, %d %b %Y %H:%M:%S} GMT</pubDate><description><![CDATA[<h3>Status: {}</h3>"
      "<div><p><strong>{}</strong></p><p>Looking into it.</p></div>]]></description></item>\n",
      xml(component), xml(title), since, fmt::gmtime(WallTime::clock::to_time_t(time)), status,
      since);
}

// As xAI writes it: the component in the title, the state in the web page of the description.
SideAnswer rss(const Page& page, WallTime since) {
  std::string items;
  for (const auto* component : broken(page)) {
    const auto status = page.incident ? page.incident->status : "investigating";
    items += rss_item(component->name, title_of(page, *component), upper(status), since);
  }
  for (const auto& component : page.components) {
    items += rss_item(component.name, "Elevated latency", "RESOLVED", since - hours(24));
  }
  return {.content_type = "application/xml",
          .body = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                              "<rss version=\"2.0\"><channel><title>Simulated AI Status</title>"
                              "<link>https://status.sim.example</link>"
                              "<description>incidents</description>\n{}</channel></rss>\n",
                              items)};
}

}  // namespace

std::optional<SideAnswer> status_page_answer(const StatusPageScript& script, std::string_view path,
                                             WallTime since) {
  const auto& system = script.system;
  const auto at = [&](std::string_view name, std::string_view where) {
    return system == name && path == where;
  };
  if (at("statuspage", "/api/v2/summary.json")) return statuspage(script, since);
  if (at("incident_io", "/api/v2/summary.json")) return incident_io(script, since);
  if (at("better_stack", "/index.json")) return better_stack(script, since);
  if (at("instatus", "/summary.json")) return instatus(script, since);
  if (at("instatus", "/v2/components.json")) return instatus_components(script);
  if (at("google", "/incidents.json")) return google(script, since);
  if (at("aws", "/public/currentevents")) return aws(script, since);
  if (at("rss", "/feed.xml")) return rss(script, since);
  return std::nullopt;
}

}  // namespace llm::sim
