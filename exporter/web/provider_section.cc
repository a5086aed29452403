#include "web/provider_section.h"

#include <fmt/format.h>

#include <algorithm>

#include "metrics/provider_families.h"
#include "status/level.h"
#include "web/html.h"
#include "web/words.h"

namespace llm {
namespace {

std::string level_words(ServiceLevel level) {
  std::string text(to_string(level));
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string_view icon_of(ServiceLevel level) {
  if (level == ServiceLevel::unknown) return "unknown";
  if (level == ServiceLevel::operational) return "up";
  return level >= ServiceLevel::partial_outage ? "down" : "degraded";
}

// Their word and, where it differs, what we see.
std::string status_words(const ProviderState& p, const Roster& roster, WallTime now) {
  if (!p.status) return {};
  const auto& status = *p.status;
  if (stale(status.read_at, p.provider->status_page.interval, now)) {
    return "<span class=\"soft\">status page: " +
           (status.read_at ? "not read for " + span_words(to_seconds(now - *status.read_at))
                           : std::string("not read yet")) +
           "</span>";
  }
  const auto level = status.report.overall;
  auto text =
      fmt::format("<span class=\"{0}\">{1}<span class=\"soft\">status page:</span> {2}</span>",
                  icon_of(level), icon(icon_of(level)), level_words(level));
  if (!status.report.incident.empty()) text += " · " + foreign_text(status.report.incident);
  switch (compare(own_view(roster, *p.provider, now), level)) {
    case Agreement::unreported_outage:
      text += " · <strong>we see an outage that they do not report</strong>";
      break;
    case Agreement::unseen_incident:
      text += " · <strong>all that we probe is up</strong>";
      break;
    case Agreement::unknown:
    case Agreement::agree:
      break;
  }
  return text;
}

std::string account_words(const ProviderState& p) {
  if (!p.account) return {};
  const auto& report = p.account->report;
  std::string text;
  for (const auto& balance : report.balances) {
    text += fmt::format(" · balance {:.2f} {}", balance.amount, escape_html(balance.currency));
  }
  if (report.limit_remaining_usd)
    text += fmt::format(" · {} of the limit left", usd_words(*report.limit_remaining_usd));
  if (report.usable && !*report.usable) text += " · <strong>the account cannot be used</strong>";
  return text;
}

}  // namespace

std::string provider_section(const Provider& provider, const ProviderState* state,
                             const Roster& roster, const std::string& rows, WallTime now) {
  auto section = "<section>\n<div class=\"provider\"><h2>" + escape_html(provider.name) + "</h2>";
  if (state != nullptr)
    section += "<p>" + status_words(*state, roster, now) + account_words(*state) + "</p>";
  return section + "</div>\n<ul>\n" + rows + "</ul>\n</section>\n";
}

}  // namespace llm
