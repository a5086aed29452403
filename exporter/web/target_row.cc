#include "web/target_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "web/bar.h"
#include "web/html.h"
#include "web/remarks.h"
#include "web/words.h"

namespace llm {
namespace {

std::string or_dash(std::string text) { return text.empty() ? std::string(kDash) : text; }

// A value with its label, which is seen only where there is no heading above it.
std::string cell(std::string_view name, std::string_view label, const std::string& value) {
  return fmt::format("<span class=\"{}\"><span class=\"l\">{} </span>{}</span>", name, label,
                     value);
}

std::string since(const TargetView& view, const History& history) {
  const double last = view.state.last.at_unix_seconds;
  if (std::isnan(last)) return ", not probed yet";
  if (view.stale) return ", no probe for " + time_element(last, span_words(view.now - last));
  const double begin = history.since_unix_seconds;
  return " for " + time_element(begin, span_words(view.now - begin));
}

std::string availability(const Tally& tally, const std::string& bar) {
  return fmt::format("{}<b>{}</b>", bar, or_dash(percent_words(tally.availability())));
}

std::string ttft(const TargetView& view, const History& history) {
  if (!streams(view.target.kind) || view.ttft.size == 0) return std::string(kDash);
  return fmt::format("{}<span><b>{}</b> <span class=\"l\">p95 </span>{}</span>",
                     ttft_trend(history), seconds_words(view.ttft.quantile(.5)),
                     seconds_words(view.ttft.quantile(.95)));
}

std::string throughput(const TargetView& view) {
  const double median = view.throughput.quantile(.5);
  return std::isnan(median) ? std::string(kDash) : fmt::format("{:.0f}", median);
}

bool usable(const LimitState& limit, const TargetView& view) {
  return !std::isnan(limit.at_unix_seconds) && !expired(limit, view.now) &&
         !stale(limit, view.target, view.now);
}

// What is left of the scarcest limit.
std::string headroom(const TargetView& view) {
  const LimitState* scarcest = nullptr;
  double least = kUnknown;
  for (const auto& limit : view.state.limits) {
    const double left = std::clamp(limit.remaining / limit.limit, 0.0, 1.0);
    if (!usable(limit, view) || !std::isfinite(left) || left >= least) continue;
    least = left;
    scarcest = &limit;
  }
  if (scarcest == nullptr) return std::string(kDash);
  return fmt::format("{:.0f}% <small>{}</small>", std::floor(least * 100),
                     to_string(scarcest->resource));
}

// Why it is not up, without having to open anything.
std::string trouble(const TargetView& view) {
  const auto& last = view.state.last;
  std::string text;
  if (!std::isnan(last.at_unix_seconds) && !view.stale && !success(last.outcome)) {
    text = outcome_words(last.outcome);
    if (last.http_status != 0) text += fmt::format(", HTTP {}", last.http_status);
    text += fmt::format(", fault: {}", to_string(fault(last.outcome)));
    if (last.error.size > 0) text += " · " + foreign_text(last.error.view());
  } else if (state_now(view) == State::degraded) {
    text = fmt::format("TTFT {} is over the threshold of {}", seconds_words(last.ttft_seconds),
                       seconds_words(view.target.ttft_threshold_seconds));
  }
  for (const auto& remark : remarks(view)) text += (text.empty() ? "" : " · ") + remark;
  return text.empty() ? text : "<span class=\"why\">" + text + "</span>";
}

std::string fact(std::string_view name, const std::string& value) {
  return value.empty() ? value : fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
}

std::string last_probe(const LastProbe& last, double now) {
  if (std::isnan(last.at_unix_seconds)) return {};
  auto text = time_element(last.at_unix_seconds, span_words(now - last.at_unix_seconds) + " ago") +
              ", took " + seconds_words(last.duration_seconds);
  if (last.request_id.size > 0) text += ", request " + foreign_text(last.request_id.view());
  return text;
}

std::string last_error(const LastError& error, double now) {
  if (std::isnan(error.at_unix_seconds)) return {};
  auto text =
      time_element(error.at_unix_seconds, span_words(now - error.at_unix_seconds) + " ago") + ", " +
      outcome_words(error.outcome);
  if (error.http_status != 0) text += fmt::format(", HTTP {}", error.http_status);
  text += fmt::format(", fault: {}", to_string(fault(error.outcome)));
  if (error.message.size > 0) text += ": " + foreign_text(error.message.view());
  return text;
}

std::string limits(const TargetView& view) {
  std::string text;
  for (const auto& limit : view.state.limits) {
    if (!usable(limit, view) || std::isnan(limit.remaining)) continue;
    text += fmt::format("{}{:.0f}", text.empty() ? "" : ", ", limit.remaining);
    if (!std::isnan(limit.limit)) text += fmt::format(" of {:.0f}", limit.limit);
    text += fmt::format(" {}", to_string(limit.resource));
    if (limit.window != LimitWindow::unknown)
      text += fmt::format(" this {}", to_string(limit.window));
    text += " left";
    if (!std::isnan(limit.reset_unix_seconds))
      text += fmt::format(" (reset in {})", span_words(limit.reset_unix_seconds - view.now));
  }
  return text;
}

std::string counts(const Tally& tally) {
  if (tally.probes() == 0) return {};
  auto text = fmt::format("{} good, {} failed", tally.good, tally.failed);
  if (tally.excluded > 0) text += fmt::format(", {} not held against the provider", tally.excluded);
  return text;
}

// The recent probes in words, newest first.
std::string recent_probes(const History& history) {
  constexpr std::size_t kMaxRuns = 10;
  const auto all = runs(recent_marks(history));
  std::string list;
  for (std::size_t i = 0; i < std::min(all.size(), kMaxRuns); ++i)
    list += "<li>" + escape_html(words(all[all.size() - 1 - i])) + "</li>";
  return list.empty() ? list : "<ol>" + list + "</ol>";
}

std::string served_model(const TargetView& view) {
  const auto model = view.state.last.served_model.view();
  if (model.empty()) return {};
  auto text = foreign_text(model);
  if (view.state.model_changes > 0)
    text += fmt::format(", changed {} {}", view.state.model_changes,
                        view.state.model_changes == 1 ? "time" : "times");
  return text;
}

std::string breaker(const TargetView& view) {
  const auto& breaker = view.state.breaker;
  if (breaker.state == BreakerState::closed && breaker.opened == 0) return {};
  auto text = breaker_words(breaker.state);
  if (const auto why = reason(breaker); !why.empty()) text += " (" + why + ")";
  text += fmt::format(", opened {} {}", breaker.opened, breaker.opened == 1 ? "time" : "times");
  const double next = breaker.next_full_unix_seconds;
  if (!std::isnan(next))
    text += ", next full probe in " + time_element(next, span_words(next - view.now));
  return text;
}

std::string facts(const TargetView& view, const History& history) {
  return "<dl>" + fact("Last probe", last_probe(view.state.last, view.now)) +
         fact("Last error", last_error(history.last_error, view.now)) +
         fact("Model served", served_model(view)) + fact("Limits", limits(view)) +
         fact("Last hour", counts(history.hour.sum(view.now))) +
         fact("Last day", counts(history.day.sum(view.now))) +
         fact("Check", fmt::format("{}, every {}", to_string(view.target.kind),
                                   span_words(to_seconds(view.target.interval)))) +
         fact("Breaker", breaker(view)) + fact("Latest probes", recent_probes(history)) + "</dl>";
}

// Names are plain words with '/', '.' and the like; an id must only not have white space.
std::string id_of(std::string_view name) {
  std::string id = "t-" + std::string(name);
  std::replace_if(
      id.begin(), id.end(), [](char c) { return c >= 0 && c <= ' '; }, '_');
  return escape_html(id);
}

}  // namespace

std::string target_row(const TargetView& view, const History& history) {
  const auto state = state_now(view);
  const auto hour = history.hour.sum(view.now), day = history.day.sum(view.now);
  const auto& model = view.state.last.served_model;
  auto row = fmt::format(
      "<li class=\"{0}\"><details id=\"{1}\"><summary><span class=\"who\">{2}<h3>{3}</h3> "
      "<span class=\"now\"><span class=\"state\">{0}</span>{4}",
      to_string(state), id_of(view.target.name), icon(to_string(state)),
      escape_html(view.target.name), since(view, history));
  if (model.size > 0 && model.view() != view.target.model)
    row += " · " + foreign_text(model.view());
  row += "</span></span>" + trouble(view);
  row += cell("hour", "last hour",
              availability(hour, hour_bar(hour_marks(history, view.target, view.now), view.now)));
  row +=
      cell("day", "last day", availability(day, day_bar(day_marks(history, view.now), view.now)));
  row += cell("ttft", "TTFT p50", ttft(view, history));
  row += cell("speed", "tokens/s", throughput(view));
  row += cell("room", "headroom", headroom(view));
  row += cell("cost", "cost today", or_dash(usd_words(cost_today_usd(history, view.now))));
  return row + "</summary>" + facts(view, history) + "</details></li>\n";
}

std::string column_heading() {
  return "<p class=\"columns\" aria-hidden=\"true\"><span>Target</span>"
         "<span>Last hour</span><span>Last day</span><span>TTFT p50, p95</span>"
         "<span>Tokens/s</span><span>Headroom</span><span>Cost today</span></p>\n";
}

}  // namespace llm
