#include "web/failover_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "config/diagnostics.h"
#include "web/conditional.h"

namespace llm {
namespace {

using Json = nlohmann::ordered_json;

// A proxy in front may answer a thousand clients for a second with what it asked once; who asks us
// directly gets a 304. The recommendation changes when a probe ends, which is rarer.
constexpr std::string_view kForASecond = "public, max-age=1";
constexpr std::string_view kAlwaysAsk = "no-cache";
constexpr double kMillion = 1e6;
constexpr std::size_t kMaxNamed = 20;  // of what exists, in an error

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json text(std::string_view value) { return value.empty() ? Json(nullptr) : Json(value); }
Json when(double unix_seconds) { return text(timestamp(unix_seconds)); }

WebResponse json(Json answer, int status = 200) {
  WebResponse response;
  response.status = status;
  response.content_type = "application/json";
  response.body = answer.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return response;
}
WebResponse success(Json data, int status = 200) {
  return json({{"status", "success"}, {"data", std::move(data)}}, status);
}
WebResponse plain(std::string body, int status = 200) {
  WebResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

enum class Format : std::uint8_t { json, text, unknown };
Format format_of(const WebRequest& request) {
  const auto asked = request.query.find("format");
  if (asked == request.query.end() || asked->second == "json") return Format::json;
  return asked->second == "text" ? Format::text : Format::unknown;
}

// In the envelope of Prometheus' API, or as text to who asked for text.
WebResponse refuse(const WebRequest& request, int status, std::string_view type,
                   const std::string& error) {
  if (format_of(request) == Format::text) return plain(error + "\n", status);
  return json({{"status", "error"}, {"errorType", type}, {"error", error}}, status);
}
WebResponse refuse_format(const WebRequest& request) {
  return refuse(request, 400, "bad_data", "format must be json or text");
}

template <class Items, class Name>
std::string names_of(const Items& items, Name name_of) {
  std::string names;
  std::size_t count = 0;
  for (const auto& item : items) {
    if (count++ == kMaxNamed) return names + ", …";
    names += (names.empty() ? "" : ", ") + name_of(item);
  }
  return names.empty() ? "none" : names;
}

Json evidence_json(const Evidence& e) {
  return {{"samples", e.samples},
          {"success_ratio", number(e.success_ratio)},
          {"ttft_p95_seconds", number(e.ttft_p95_seconds)},
          {"ratelimit_headroom_ratio", number(e.headroom_ratio)},
          {"input_usd_per_million_tokens", number(e.input_usd_per_token * kMillion)},
          {"output_usd_per_million_tokens", number(e.output_usd_per_token * kMillion)},
          {"breaker", to_string(e.breaker)},
          {"checked_at", when(e.checked_at_unix_seconds)}};
}

Json candidate_json(const FailoverView& view, std::size_t i) {
  const auto& target = *view.targets[i];
  const auto& candidate = view.candidates[i];
  return {{"target", target.name},
          {"provider", target.provider->name},
          {"model", target.model},
          {"recommended", i == view.recommendation.index},
          {"verdict", to_string(candidate.health.verdict)},
          {"healthy", candidate.health.healthy},
          {"reason", candidate.health.reason},
          {"rejected", text(view.explanation.rejected[i])},
          {"score", number(candidate.score)},
          {"evidence", evidence_json(candidate.evidence)}};
}

Json group_json(const FailoverView& view) {
  Json candidates = Json::array(), log = Json::array();
  for (std::size_t i = 0; i < view.targets.size(); ++i) {
    candidates.push_back(candidate_json(view, i));
  }
  for (auto change = view.log.rbegin(); change != view.log.rend(); ++change) {
    log.push_back({{"at", when(change->at_unix_seconds)},
                   {"from", change->from},
                   {"to", change->to},
                   {"why", change->why}});
  }
  const auto& recommended = view.recommended();
  return {{"group", view.group.name},
          {"recommended", recommended.name},
          {"provider", recommended.provider->name},
          {"model", recommended.model},
          {"primary", view.targets[0]->name},
          {"since", when(view.recommendation.changed_at_unix_seconds)},
          {"why", view.explanation.why},
          {"switches", view.switches},
          {"dwell_seconds", to_seconds(view.group.dwell)},
          {"max_ttft_seconds",
           view.group.max_ttft ? Json(to_seconds(*view.group.max_ttft)) : Json(nullptr)},
          {"candidates", candidates},
          {"log", log}};
}

// What matters to a client: where to go, and what each candidate is worth. Not the numbers, which
// every probe changes a little.
std::string gist(const FailoverView& view) {
  auto content = fmt::format("{} {} {} {} {};", view.group.name, view.recommended().name,
                             view.recommendation.changed_at_unix_seconds, view.switches,
                             view.group.dwell.count());
  for (std::size_t i = 0; i < view.targets.size(); ++i) {
    const auto& c = view.candidates[i];
    content += fmt::format("{} {} {} {};", view.targets[i]->name, to_string(c.health.verdict),
                           c.health.healthy, c.slow);
  }
  return content;
}

}  // namespace

WebResponse failover_groups(const FailoverState& state, const WebRequest& request) {
  const auto format = format_of(request);
  if (format == Format::unknown) return refuse_format(request);
  std::string lines, content;
  for (const auto& view : state.groups) {
    lines += view->group.name + ' ' + view->recommended().name + '\n';
    content += gist(*view);
  }
  if (format == Format::text) {
    return unless_known(request, weak_tag(lines), kForASecond, [&] { return plain(lines); });
  }
  return unless_known(request, weak_tag(content), kForASecond, [&] {
    Json groups = Json::array();
    for (const auto& view : state.groups) groups.push_back(group_json(*view));
    return success({{"groups", groups}});
  });
}

WebResponse failover_group(const FailoverState& state, const std::vector<FailoverGroup>& configured,
                           const WebRequest& request) {
  const auto format = format_of(request);
  if (format == Format::unknown) return refuse_format(request);
  const auto& name = request.parameter;
  const auto found =
      std::ranges::find(state.groups, name, [](const auto& view) { return view->group.name; });
  if (found == state.groups.end()) {
    if (std::ranges::find(configured, name, &FailoverGroup::name) != configured.end()) {
      return refuse(request, 404, "not_found",
                    fmt::format("group {} is not evaluated here: other shards probe some of its "
                                "targets",
                                in_quotes(name)));
    }
    return refuse(request, 404, "not_found",
                  fmt::format("no group {}; there are: {}", in_quotes(name),
                              names_of(state.groups, [](const auto& v) { return v->group.name; })));
  }
  const auto& view = **found;
  if (format == Format::text) {
    const auto& target = view.recommended().name;
    return unless_known(request, weak_tag(target), kForASecond,
                        [&] { return plain(target + "\n"); });
  }
  return unless_known(request, weak_tag(gist(view)), kForASecond,
                      [&] { return success(group_json(view)); });
}

WebResponse target_health(const Roster& roster, bool vantage_down, WallTime now,
                          const WebRequest& request) {
  const auto& name = request.parameter;
  const auto found = std::ranges::find(roster.entries, name,
                                       [](const auto& entry) { return entry->target->name; });
  if (found == roster.entries.end()) {
    return refuse(
        request, 404, "not_found",
        fmt::format("no target {}; there are: {}", in_quotes(name),
                    names_of(roster.entries, [](const auto& e) { return e->target->name; })));
  }
  const auto& target = *(*found)->target;
  const auto state = (*found)->state.get();
  const auto health = judge(state, target, to_unix_seconds(now), vantage_down);
  auto response = success({{"target", target.name},
                           {"healthy", health.healthy},
                           {"verdict", to_string(health.verdict)},
                           {"reason", health.reason},
                           {"since", when(health.since_unix_seconds)},
                           {"checked_at", when(state.last.at_unix_seconds)}},
                          health.healthy ? 200 : 503);
  response.headers["Cache-Control"] = kAlwaysAsk;
  return response;
}

}  // namespace llm
