// Incidents as a feed: AWS per region, Azure, xAI, and whoever has nothing better. Feeds have no
// fields for state or component: both are words in titles and descriptions, of which only those
// that stand where a state stands are believed.
#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "base/text.h"
#include "dialects/numbers.h"
#include "status/feed.h"
#include "status/page.h"

namespace llm {

namespace {

using Texts = std::vector<std::string>;

// Nobody leaves an incident without a word for so long.
constexpr auto kForgotten = std::chrono::hours(24 * 7);

enum class State { open, over, unsaid };

State state_of(std::string_view words) {
  constexpr std::string_view kLabel = "status:";
  if (iequals(words.substr(0, kLabel.size()), kLabel)) words.remove_prefix(kLabel.size());
  if (says_over(words)) return State::over;
  return says_open(words) ? State::open : State::unsaid;
}

// The parts of "[API] Elevated errors - Resolved", in which a part is what brackets, colons and
// dashes set off.
Texts title_parts(std::string_view title) {
  Texts parts;
  std::string part;
  const auto finish = [&] {
    if (const auto words = trim(part); !words.empty()) parts.emplace_back(words);
    part.clear();
  };
  constexpr std::array<std::string_view, 7> kMarks = {"[",        "]",        ": ", " - ",
                                                      " \u2013 ", " \u2014 ", "|"};
  while (!title.empty()) {
    const auto* mark =
        std::ranges::find_if(kMarks, [&](auto candidate) { return title.starts_with(candidate); });
    if (mark != kMarks.end())
      finish();
    else
      part += title.front();
    title.remove_prefix(mark != kMarks.end() ? mark->size() : 1);
  }
  finish();
  return parts;
}

State first_state(const Texts& texts) {
  for (const auto& text : texts) {
    if (const auto state = state_of(text); state != State::unsaid) return state;
  }
  return State::unsaid;
}

// Descriptions give the newest update first. "Resolved - All is well again.": a plain one.
State state_in(const FeedItem& item, const Texts& description) {
  const auto titled = first_state(title_parts(item.title));
  if (titled != State::unsaid) return titled;
  for (const auto& text : description) {
    const auto state = state_of(text.substr(0, text.find(" - ")));
    if (state != State::unsaid) return state;
  }
  return State::unsaid;
}

// By the category, or by the head of the title as AWS has it; an incident is at least that.
ServiceLevel level_in(const FeedItem& item) {
  auto level = level_of(item.category);
  for (const auto& part : title_parts(item.title)) level = worse(level, level_of(part));
  return level == ServiceLevel::maintenance ? level : worse(level, ServiceLevel::degraded);
}

// What several updates of one incident have in common, where each is an item (AWS): the title
// without its state.
std::string subject_of(const FeedItem& item) {
  std::string subject;
  for (const auto& part : title_parts(item.title)) {
    const bool head = level_of(part) != ServiceLevel::unknown;
    if (!head && state_of(part) == State::unsaid) subject += part + "\n";
  }
  return subject;
}

// "https://status.aws.amazon.com/#bedrock-us-east-1_1690904580": the service is in the middle.
std::string service_in(std::string_view id) {
  const auto hash = id.find('#');
  const auto end = id.rfind('_');
  if (hash == std::string_view::npos || end == std::string_view::npos || end < hash) return {};
  return clean_name(id.substr(hash + 1, end - hash - 1));
}

// Feeds write "Sat, 21 Nov 2026 11:55:00 PST", "… Z" or "… +0000". The hours of a zone do not
// matter here, and it is taken for GMT.
std::optional<WallTime> date_of(const FeedItem& item) {
  const std::string date(trim(item.date));
  if (const auto time = parse_rfc3339(date)) return time;
  std::string fixed = date.substr(0, date.rfind(' ')) + " GMT";
  const auto comma = fixed.find(", ");
  if (comma != std::string::npos && fixed.find(' ', comma + 2) == comma + 3)
    fixed.insert(comma + 2, "0");  // "Tue, 1 Aug"
  return parse_http_date(fixed);
}

bool forgotten(const FeedItem& item, std::optional<WallTime> now) {
  const auto date = date_of(item);
  return now && date && *now - *date > kForgotten;
}

PageIncident incident_of(const FeedItem& item, const Texts& description) {
  PageIncident incident;
  incident.title = clean_text(trim(item.title), kMaxTitleBytes);
  incident.level = level_in(item);
  incident.maintenance = incident.level == ServiceLevel::maintenance;
  incident.touches.push_back({service_in(item.id), incident.title});
  // Azure names the service in its text.
  for (const auto& text : description) {
    if (incident.touches.size() >= kMaxPageTouches) break;
    incident.touches.push_back({"", clean_text(text, kMaxFeedText)});
  }
  return incident;
}

}  // namespace

Result<Page> read_rss(std::string_view body, std::optional<WallTime> now) {
  const auto items = read_feed(body);
  if (!items) return Err<std::string>{items.error()};
  Page page;
  page.only_incidents = true;
  Texts settled;  // subjects of which a newer item has spoken; newest come first
  for (const auto& item : *items) {
    const auto description = html_texts(item.description);
    const auto state = state_in(item, description);
    const auto subject = subject_of(item);
    const bool superseded = !item.title.empty() && std::ranges::count(settled, subject) != 0;
    settled.push_back(subject);
    if (superseded || state == State::over) continue;
    if (state == State::unsaid && forgotten(item, now)) continue;
    page.incidents.push_back(incident_of(item, description));
  }
  return page;
}

}  // namespace llm
