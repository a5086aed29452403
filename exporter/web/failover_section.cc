#include "web/failover_section.h"

#include <fmt/format.h>

#include <cmath>

#include "web/html.h"
#include "web/words.h"

namespace llm {
namespace {

std::string_view icon_of(const Candidate& candidate) {
  if (candidate.health.verdict == Verdict::unknown) return "unknown";
  if (!candidate.health.healthy) return "down";
  return candidate.slow ? "degraded" : "up";
}

// The numbers that were judged; those that are not known are left out.
std::string evidence_words(const Evidence& evidence, double now) {
  std::string text;
  const auto add = [&text](const std::string& value, std::string_view what) {
    if (!value.empty()) text += fmt::format("{}{}{}", text.empty() ? "" : ", ", value, what);
  };
  if (evidence.samples > 0) {
    add(percent_words(evidence.success_ratio), fmt::format(" of {} checks good", evidence.samples));
  }
  if (const auto p95 = seconds_words(evidence.ttft_p95_seconds); !p95.empty())
    add("TTFT p95 " + p95, "");
  if (const double left = evidence.headroom_ratio; std::isfinite(left))
    add(fmt::format("{:.0f}%", std::floor(left * 100)), " headroom");
  if (const double usd = evidence.output_usd_per_token; std::isfinite(usd))
    add(usd_words(usd * 1e6), " a million output tokens");
  if (evidence.breaker != BreakerState::closed)
    add("breaker " + breaker_words(evidence.breaker), "");
  if (const double at = evidence.checked_at_unix_seconds; std::isfinite(at))
    add("checked " + time_element(at, span_words(now - at) + " ago"), "");
  return text;
}

std::string candidate_item(const FailoverView& view, std::size_t i, double now) {
  const auto& candidate = view.candidates[i];
  const auto name = icon_of(candidate);
  auto item = fmt::format("<li class=\"{0}\">{1}<strong>{2}</strong> ", name, icon(name),
                          escape_html(view.targets[i]->name));
  const auto& rejected = view.explanation.rejected[i];
  item += escape_html(rejected.empty() ? candidate.health.reason : "not used: " + rejected);
  const auto numbers = evidence_words(candidate.evidence, now);
  if (!numbers.empty()) item += "<br><span class=\"soft\">" + numbers + "</span>";
  return item + "</li>";
}

std::string group_item(const FailoverView& view, double now) {
  const bool primary = view.recommendation.index == 0;
  const auto& used = view.candidates[view.recommendation.index];
  const auto tone = !used.health.healthy ? "down" : primary ? "up" : "degraded";
  auto item = fmt::format(
      "<li class=\"{0}\"><details id=\"g-{1}\"><summary>{2}<h3>{1}</h3> use "
      "<strong>{3}</strong>",
      tone, escape_html(view.group.name), icon(tone), escape_html(view.recommended().name));
  item += primary ? " <span class=\"soft\">(primary)</span>"
                  : " instead of " + escape_html(view.targets[0]->name);
  if (const double at = view.recommendation.changed_at_unix_seconds; std::isfinite(at))
    item += " for " + time_element(at, span_words(now - at));
  item += " <span class=\"because\">" + escape_html(view.explanation.why) + "</span></summary><ul>";
  for (std::size_t i = 0; i < view.targets.size(); ++i) item += candidate_item(view, i, now);
  return item + "</ul></details></li>\n";
}

}  // namespace

std::string failover_section(const FailoverState& state, double now) {
  if (state.groups.empty()) return {};
  std::string items;
  for (const auto& view : state.groups) items += group_item(*view, now);
  return "<section class=\"go\">\n<h2>Where to go now</h2>\n<ul>\n" + items + "</ul>\n</section>\n";
}

}  // namespace llm
