// What every system's page comes to before anything is matched or weighed: parts and incidents.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dialects/json.h"
#include "status/level.h"

namespace llm {

struct PagePart {
  std::string id, name;
  ServiceLevel level = ServiceLevel::unknown;
};

// What an incident is about.
struct PageTouch {
  std::string id, name;
  ServiceLevel level = ServiceLevel::unknown;  // unknown: the incident's own
};

struct PageIncident {
  std::string title;
  ServiceLevel level = ServiceLevel::unknown;
  bool maintenance = false;        // going on as announced: no incident
  std::vector<PageTouch> touches;  // empty: it does not say
};

struct Page {
  std::string indicator;  // the page's own word
  ServiceLevel level = ServiceLevel::unknown;
  std::vector<PagePart> parts;
  std::vector<PageIncident> incidents;  // open ones
  bool lists_incidents = true;
  bool only_incidents = false;  // has no parts by nature: what is not in an incident is well
};

// Far more than any page has; what is beyond is not read.
inline constexpr std::size_t kMaxPageRows = 5'000;
inline constexpr std::size_t kMaxPageTouches = 500;
inline constexpr std::size_t kMaxNameBytes = 120;
inline constexpr std::size_t kMaxTitleBytes = 200;

// One for each system; `root` is its JSON.
Result<Page> read_statuspage(json::Value root);
Result<Page> read_better_stack(json::Value root);
Result<Page> read_instatus(json::Value root);
Result<Page> read_aws(json::Value root);
// Takes text, because the file is large and only its head matters.
Result<Page> read_google(std::string_view body);
Result<Page> read_rss(std::string_view body, std::optional<WallTime> now);

// Why this is not the JSON that was expected.
std::string not_json(std::string_view body);

std::string clean_name(std::string_view text);  // cleaned and bounded
// Likewise, text of a member.
std::string name_in(json::Value object, std::string_view key);
std::string title_in(json::Value object, std::string_view key);

// Calls `take` for each row of an array member, up to a limit.
template <class Take>
void each_row(json::Value object, std::string_view key, std::size_t limit, Take take) {
  json::Array rows;
  const auto value = json::member(object, key);
  if (!value || value->get(rows) != simdjson::SUCCESS) return;
  for (const auto row : rows) {
    if (limit-- == 0) return;
    take(row);
  }
}

// The rows of `key` that are not over, in the form that Statuspage has given everybody: name,
// status, impact, components.
void add_incidents(json::Value root, std::string_view key, Page& page);
// Likewise, those that have begun.
void add_maintenances(json::Value root, std::string_view key, Page& page);

// The watched among the parts, and the verdict.
StatusReport judge(const Page& page, std::span<const std::string> watched);

}  // namespace llm
