#include "web/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "metrics/target_families.h"
#include "web/banner.h"
#include "web/failover_section.h"
#include "web/html.h"
#include "web/page_icons.h"
#include "web/page_script.h"
#include "web/page_style.h"
#include "web/provider_section.h"
#include "web/target_row.h"
#include "web/words.h"

namespace llm {
namespace {

constexpr std::size_t kMaxRows = 1'000;  // what a browser shows at ease; the API has them all

struct Listed {
  const RosterEntry* entry;
  State state;
};

struct Group {
  const Provider* provider;
  std::vector<Listed> targets;  // most urgent first
  int urgency() const { return llm::urgency(targets.front().state); }
};

// By provider; the most urgent first, else in file order.
std::vector<Group> groups_of(const Roster& roster, double now) {
  std::vector<Group> groups;
  std::map<std::string_view, std::size_t> places;
  for (const auto& entry : roster.entries) {
    const auto& provider = *entry->target->provider;
    const auto [place, is_new] = places.try_emplace(provider.name, groups.size());
    if (is_new) groups.push_back({&provider, {}});
    groups[place->second].targets.push_back(
        {entry.get(), state_now(entry->state.get(), *entry->target, now)});
  }
  for (auto& group : groups) {
    std::ranges::stable_sort(group.targets, std::greater(),
                             [](const Listed& t) { return urgency(t.state); });
  }
  std::ranges::stable_sort(groups, std::greater(), &Group::urgency);
  return groups;
}

struct Overview {
  std::array<std::size_t, kStates> count{};
  std::vector<std::string_view> down;
  double cost_today_usd = kUnknown;
};

Overview overview_of(const std::vector<Group>& groups, double now) {
  Overview overview;
  for (const auto& group : groups) {
    for (const auto& listed : group.targets) {
      ++overview.count[static_cast<std::size_t>(listed.state)];
      if (listed.state == State::down) overview.down.push_back(listed.entry->target->name);
      const double cost = cost_today_usd(listed.entry->history.get(), now);
      if (std::isnan(cost)) continue;
      overview.cost_today_usd =
          cost + (std::isnan(overview.cost_today_usd) ? 0 : overview.cost_today_usd);
    }
  }
  return overview;
}

// "1 down, 11 up", worst first.
std::string summary(std::size_t targets, const Overview& overview) {
  auto text = fmt::format("{} {}:", targets, targets == 1 ? "target" : "targets");
  for (std::size_t i = kStates; i-- > 0;) {
    if (overview.count[i] == 0) continue;
    const auto word = to_string(State(i));
    text += fmt::format(" <span class=\"count {0}\">{1}{2} {0}</span>", word, icon(word),
                        overview.count[i]);
  }
  if (!std::isnan(overview.cost_today_usd)) {
    text += fmt::format(" <span class=\"soft\">· probing cost {} today</span>",
                        usd_words(overview.cost_today_usd));
  }
  return "<p class=\"summary\">" + text + "</p>\n";
}

std::string title(std::size_t targets, const Overview& overview) {
  const auto down = overview.count[static_cast<std::size_t>(State::down)];
  if (down > 0) return fmt::format("{} down · llm_exporter", down);
  const auto up = overview.count[static_cast<std::size_t>(State::up)];
  return up == targets && up > 0 ? "all up · llm_exporter" : "llm_exporter";
}

std::string head(const PageContext& context, const std::string& title) {
  const auto canonical = context.external_url.empty()
                             ? ""
                             : fmt::format("<link rel=\"canonical\" href=\"{}\">\n",
                                           escape_html(context.external_url));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<link rel=\"icon\" href=\"{}\">\n{}<style>{}</style>\n</head>\n",
      title, kPageIcon, canonical, kPageStyle);
}

std::string version_words(const PageContext& context) {
  auto version = "version " + escape_html(context.version);
  if (!context.revision.empty()) version += ", revision " + escape_html(context.revision);
  return version;
}

std::string header(const PageContext& context, double now) {
  auto text = std::string(kPageIcons) + "<header>\n<h1>llm_exporter</h1>\n<p>";
  if (!context.vantage.empty()) text += "seen from " + escape_html(context.vantage) + ", ";
  return text + "as of " + time_element(now) +
         "</p>\n<p id=\"live\" role=\"status\"><noscript>Reload for news.</noscript></p>\n"
         "</header>\n";
}

std::string footer(const PageContext& context) {
  return "<footer>\n" + std::string(kPageLegend) +
         "<nav aria-label=\"Endpoints\"><a href=\"metrics\">Metrics</a> "
         "<a href=\"api/v1/targets\">Targets as JSON</a> "
         "<a href=\"api/v1/providers\">Providers as JSON</a> "
         "<a href=\"config\">Configuration</a> <a href=\"-/healthy\">Healthy</a> "
         "<a href=\"-/ready\">Ready</a></nav>\n<p class=\"soft\">llm_exporter " +
         version_words(context) + "</p>\n</footer>\n";
}

const ProviderState* state_of(const ProvidersState& providers, const Provider& provider) {
  const auto found = std::ranges::find_if(providers.providers, [&](const ProviderState& p) {
    return p.provider->name == provider.name;
  });
  return found == providers.providers.end() ? nullptr : &*found;
}

std::string sections(const std::vector<Group>& groups, const Roster& roster,
                     const ProvidersState& providers, WallTime now) {
  std::string html;
  std::size_t left = kMaxRows;
  for (const auto& group : groups) {
    std::string rows;
    for (std::size_t i = 0; i < group.targets.size() && left > 0; ++i, --left) {
      const auto& entry = *group.targets[i].entry;
      rows += target_row(TargetView(entry, to_unix_seconds(now)), entry.history.get());
    }
    if (rows.empty()) break;
    html +=
        provider_section(*group.provider, state_of(providers, *group.provider), roster, rows, now);
  }
  return html;
}

}  // namespace

std::string status_page(const PageInput& input, const PageContext& context, WallTime now) {
  const auto& roster = input.roster;
  const double seconds = to_unix_seconds(now);
  const auto total = roster.entries.size();
  const auto groups = groups_of(roster, seconds);
  const auto overview = overview_of(groups, seconds);
  auto page = head(context, title(total, overview)) + "<body>\n" + header(context, seconds);
  // A renewed page of another build brings its own style and script: the script then reloads.
  page += fmt::format("<main data-build=\"{}\">\n", version_words(context));
  page += vantage_banner(input.vantage, seconds) + down_banner(overview.down) +
          summary(total, overview) + failover_section(input.failover, seconds);
  page += column_heading() + sections(groups, roster, input.providers, now);
  if (total == 0) page += "<p>No target is configured for this exporter.</p>\n";
  if (total > kMaxRows) {
    page += fmt::format(
        "<p>The {} most urgent of {}; <a href=\"api/v1/targets\">the API</a> has all.</p>\n",
        kMaxRows, total);
  }
  page += "</main>\n" + footer(context);
  page += fmt::format("<script>{}</script>\n</body>\n</html>\n", kPageScript);
  return page;
}

std::string_view page_policy() {
  static const auto policy = fmt::format(
      "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; connect-src 'self'; "
      "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      kPageStyleSha256, kPageScriptSha256);
  return policy;
}

}  // namespace llm
