#include "web/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "web/page_style.h"
#include "web/words.h"

namespace llm {
namespace {

constexpr std::size_t kMaxRows = 1'000;    // what a browser shows at ease; the API has them all
constexpr double kDeprecationNotice = 60;  // days: before that it is nobody's worry
constexpr std::string_view kNothing = "<span class=\"soft\">–</span>";
constexpr std::size_t kStates = static_cast<std::size_t>(State::down) + 1;

// A sign beside the word, so that colour is never the only difference.
std::string_view mark(State state) {
  constexpr std::string_view marks[] = {"?", "✓", "≈", "∥", "⚙", "✗"};
  return marks[static_cast<std::size_t>(state)];
}

std::string words(Outcome outcome) {
  std::string text(to_string(outcome));
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string when(double unix_seconds) {
  const auto text = timestamp(unix_seconds);
  if (text.empty()) return std::string(kNothing);
  return fmt::format("<time datetime=\"{}\">{} {} UTC</time>", text, text.substr(0, 10),
                     text.substr(11, 8));
}

std::string last_outcome(const LastProbe& last) {
  if (std::isnan(last.at_unix_seconds)) return "<span class=\"soft\">not probed yet</span>";
  std::string out = words(last.outcome);
  if (last.http_status != 0) out += fmt::format(", HTTP {}", last.http_status);
  if (success(last.outcome)) return out;
  out += fmt::format(", fault: {}", to_string(fault(last.outcome)));
  // <bdi>: a provider's right-to-left marks end where its text ends.
  if (last.error.size > 0) {
    out += fmt::format("<br><small><bdi>{}</bdi></small>", escape_html(last.error.view()));
  }
  return out;
}

// Why it is not probed as configured, and that it is gone for good.
std::string remarks(const TargetView& view) {
  const auto& state = view.state;
  std::string out;
  const auto add = [&out](const std::string& text) { out += "<br><small>" + text + "</small>"; };
  if (view.now < state.wait_until_unix_seconds)
    add("told to wait until " + when(state.wait_until_unix_seconds));
  if (state.over_budget) add("paused: the day's budget is spent");
  if (state.substituted) add("free check only: the day's budget is spent");
  const double days = std::floor((state.price.deprecation_unix_seconds - view.now) / 86'400);
  if (state.retired) {
    add("the model is retired");
  } else if (days <= kDeprecationNotice) {
    add(days >= 0 ? fmt::format("the provider retires the model in {:.0f} days", days)
                  : std::string("by the price table, the model should be retired by now"));
  }
  return out;
}

std::string ttft(const TargetView& view) {
  if (view.ttft.size == 0) return std::string(kNothing);
  return fmt::format("{:.3f} s / {:.3f} s <small>({} {})</small>", view.ttft.quantile(.5),
                     view.ttft.quantile(.95), view.ttft.size,
                     view.ttft.size == 1 ? "sample" : "samples");
}

std::string row(const TargetView& view) {
  const auto state = state_now(view);
  return fmt::format(
      "<tr><th scope=\"row\">{}</th>"
      "<td class=\"state {}\" data-label=\"State\"><span aria-hidden=\"true\">{}</span> {}</td>"
      "<td data-label=\"Last outcome\">{}</td><td data-label=\"TTFT p50 / p95\">{}</td>"
      "<td data-label=\"Last probe\">{}</td></tr>\n",
      escape_html(view.target.name), to_string(state), mark(state), to_string(state),
      last_outcome(view.state.last) + remarks(view), ttft(view),
      when(view.state.last.at_unix_seconds));
}

// "12 targets: 1 down, 11 up", worst first.
std::string summary(std::size_t targets, const std::array<std::size_t, kStates>& count) {
  auto text = fmt::format("{} {}", targets, targets == 1 ? "target" : "targets");
  const char* separator = ": ";
  for (std::size_t i = kStates; i-- > 0;) {
    if (count[i] == 0) continue;
    text += fmt::format("{}{} {}", std::exchange(separator, ", "), count[i], to_string(State(i)));
  }
  return text;
}

std::string head(const PageContext& context) {
  const auto canonical = context.external_url.empty()
                             ? ""
                             : fmt::format("<link rel=\"canonical\" href=\"{}\">\n",
                                           escape_html(context.external_url));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>llm_exporter</title>\n{}<style>{}</style>\n</head>\n",
      canonical, kPageStyle);
}

std::string intro(const PageContext& context, std::string_view targets, WallTime now) {
  auto version = "version " + escape_html(context.version);
  if (!context.revision.empty()) version += ", revision " + escape_html(context.revision);
  if (!context.vantage.empty()) version += ", vantage " + escape_html(context.vantage);
  return fmt::format(
      "<header>\n<h1>llm_exporter</h1>\n<p class=\"soft\">{}</p>\n"
      "<nav><a href=\"metrics\">Metrics</a> <a href=\"api/v1/targets\">Targets as JSON</a> "
      "<a href=\"api/v1/providers\">Providers as JSON</a> "
      "<a href=\"config\">Configuration</a> <a href=\"-/healthy\">Healthy</a> "
      "<a href=\"-/ready\">Ready</a></nav>\n</header>\n<main>\n<p>{} <small>at {}</small></p>\n",
      version, targets, when(to_unix_seconds(now)));
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string status_page(const Roster& roster, const PageContext& context, WallTime now) {
  std::string rows;
  std::array<std::size_t, kStates> count{};
  std::size_t shown = 0;
  for (const auto& entry : roster.entries) {
    const TargetView view(*entry, to_unix_seconds(now));
    ++count[static_cast<std::size_t>(state_now(view))];
    if (shown == kMaxRows) continue;
    rows += row(view);
    ++shown;
  }
  const auto total = roster.entries.size();
  auto page = head(context) + "<body>\n" + intro(context, summary(total, count), now);
  page +=
      "<table>\n<thead><tr><th scope=\"col\">Target</th><th scope=\"col\">State</th>"
      "<th scope=\"col\">Last outcome</th><th scope=\"col\">TTFT p50 / p95</th>"
      "<th scope=\"col\">Last probe</th></tr></thead>\n<tbody>\n";
  page += rows + "</tbody>\n</table>\n";
  if (shown < total) {
    page +=
        fmt::format("<p>The first {} of {}; <a href=\"api/v1/targets\">the API</a> has all.</p>\n",
                    shown, total);
  }
  return page + "</main>\n</body>\n</html>\n";
}

std::string_view page_policy() {
  static const auto policy = fmt::format(
      "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; "
      "frame-ancestors 'none'",
      kPageStyleSha256);
  return policy;
}

}  // namespace llm
