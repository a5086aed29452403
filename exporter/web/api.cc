#include "web/api.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "web/history_json.h"
#include "web/words.h"

namespace llm {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json whole(double count) {
  return std::isfinite(count) ? Json(static_cast<std::uint64_t>(count)) : Json(nullptr);
}
Json text(std::string_view value) { return value.empty() ? Json(nullptr) : Json(value); }

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Until the provider takes the model away; negative once it should be gone.
Json days_left(const TargetView& view) {
  const double days = std::floor((view.state.price.deprecation_unix_seconds - view.now) / 86'400);
  return std::isfinite(days) ? Json(static_cast<std::int64_t>(days)) : Json(nullptr);
}

Json errors_json(const TargetState& state) {
  Json errors = Json::object();
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    if (state.errors[i] > 0) errors[std::string(to_string(Outcome(i)))] = state.errors[i];
  }
  return errors;
}

Json tokens_json(const TargetState& state) {
  const auto of = [&](TokenType type) { return state.tokens[static_cast<std::size_t>(type)]; };
  return {{"input", of(TokenType::input)},
          {"output", of(TokenType::output)},
          {"cached_input", of(TokenType::cached_input)},
          {"reasoning", of(TokenType::reasoning)}};
}

Json ttft_json(const TargetView& view) {
  if (!streams(view.target.kind)) return nullptr;
  return {{"samples", view.ttft.size},
          {"p50_seconds", number(view.ttft.quantile(.5))},
          {"p95_seconds", number(view.ttft.quantile(.95))},
          {"p99_seconds", number(view.ttft.quantile(.99))}};
}

Json throughput_json(const TargetView& view) {
  if (!streams(view.target.kind)) return nullptr;
  return {{"samples", view.throughput.size},
          {"p05_tokens_per_second", number(view.throughput.quantile(.05))},
          {"p50_tokens_per_second", number(view.throughput.quantile(.5))},
          {"p95_tokens_per_second", number(view.throughput.quantile(.95))}};
}

Json ratelimit_json(const TargetView& view) {
  Json limits = Json::object();
  for (const auto& limit : view.state.limits) {
    if (std::isnan(limit.at_unix_seconds)) continue;
    const bool is_void = expired(limit, view.now);
    const auto window = std::string(to_string(limit.window));
    auto name = std::string(to_string(limit.resource));
    if (limits.contains(name)) name += "_" + window;
    limits[name] = {{"window", text(window)},
                    {"limit", is_void ? Json(nullptr) : number(limit.limit)},
                    {"remaining", is_void ? Json(nullptr) : number(limit.remaining)},
                    {"reset_at", text(timestamp(limit.reset_unix_seconds))},
                    {"read_at", text(timestamp(limit.at_unix_seconds))}};
  }
  return limits.empty() ? Json(nullptr) : limits;
}

Json breaker_json(const BreakerView& breaker) {
  return {{"state", to_string(breaker.state)},
          {"opened_total", breaker.opened},
          {"next_full_probe_at", text(timestamp(breaker.next_full_unix_seconds))},
          {"why", text(reason(breaker))}};
}

Json phases_json(const LastProbe& last) {
  Json phases = Json::object();
  for (std::size_t i = 0; i < kPhases; ++i) {
    phases[std::string(to_string(Phase(i))) + "_seconds"] = number(last.phase_seconds[i]);
  }
  return phases;
}

Json last_probe_json(const LastProbe& last) {
  if (std::isnan(last.at_unix_seconds)) return nullptr;
  const bool good = success(last.outcome);
  Json error = nullptr;
  if (last.error.size > 0 || last.error_code.size > 0) {
    error = {{"code", text(last.error_code.view())}, {"message", text(last.error.view())}};
  }
  return {
      {"finished_at", timestamp(last.at_unix_seconds)},
      {"outcome", to_string(last.outcome)},
      {"class", good ? Json(nullptr) : Json(to_string(last.outcome))},
      {"fault", good ? Json(nullptr) : Json(to_string(fault(last.outcome)))},
      {"http_status", last.http_status == 0 ? Json(nullptr) : Json(last.http_status)},
      {"error", error},
      {"duration_seconds", number(last.duration_seconds)},
      {"ttft_seconds", number(last.ttft_seconds)},
      {"phases", phases_json(last)},
      {"max_gap_seconds", number(last.max_gap_seconds)},
      {"tokens_per_second", number(last.tokens_per_second)},
      // The state remembers the model over probes that do not name one.
      {"served_model", good ? text(last.served_model.view()) : Json(nullptr)},
      {"request_id", text(last.request_id.view())},
  };
}

// Since the state that holds now; null when nothing tells what holds.
Json state_since(const TargetView& view, const History& history) {
  return view.stale ? Json(nullptr) : text(timestamp(history.since_unix_seconds));
}

Json target_json(const TargetView& view, const History& history) {
  const auto& target = view.target;
  const auto& state = view.state;
  return {
      {"target", target.name},
      {"provider", target.provider->name},
      {"type", target.provider->type->name},
      {"model", text(target.model)},
      {"kind", to_string(target.kind)},
      {"dialect", target.provider->dialect},
      {"host", text(host_of(target.provider->base_url))},
      {"interval_seconds", to_seconds(target.interval)},
      {"added_at", timestamp(view.added)},
      {"state", to_string(state_now(view))},
      {"state_since", state_since(view, history)},
      {"stale", view.stale},
      {"last_probe", last_probe_json(state.last)},
      {"last_error", last_error_json(history.last_error)},
      {"last_success_at", text(timestamp(state.last.success_at_unix_seconds))},
      {"wait_until", text(timestamp(state.wait_until_unix_seconds))},
      {"paused", paused(state, view.now)},
      {"substituted", state.substituted},
      {"breaker", breaker_json(state.breaker)},
      {"model_retired", state.retired},
      {"model_deprecated_at", text(timestamp(state.price.deprecation_unix_seconds))},
      {"model_deprecation_days_left", days_left(view)},
      {"consecutive_failures", state.consecutive_failures},
      {"availability", availability_json(history, view.now)},
      {"attempts", state.attempts},
      {"confirmations", state.confirmations},
      {"successes", state.successes},
      {"failures", state.failures},
      {"errors", errors_json(state)},
      {"tokens", tokens_json(state)},
      {"cost_usd", state.cost_known ? Json(state.cost_usd) : Json(nullptr)},
      {"cost_today_usd", number(cost_today_usd(history, view.now))},
      {"ttft", ttft_json(view)},
      {"throughput", throughput_json(view)},
      {"ratelimit", ratelimit_json(view)},
      {"models", whole(state.models)},
      {"certificate_expiry", text(timestamp(state.last.certificate_expiry_unix_seconds))},
  };
}

}  // namespace

// Target by target, because a tree of all of them would be many times the size of the text.
std::string targets_json(const Roster& roster, std::string_view vantage, WallTime now,
                         bool with_history) {
  const double seconds = to_unix_seconds(now);
  std::string out = R"({"status":"success","data":{"vantage":)" + dump(text(vantage));
  out += R"(,"targets":[)";
  bool first = true;
  for (const auto& entry : roster.entries) {
    if (!std::exchange(first, false)) out += ',';
    const auto history = entry->history.get();
    auto target = target_json(TargetView(*entry, seconds), history);
    if (with_history) target["history"] = history_json(history, seconds);
    out += dump(target);
  }
  return out + "]}}\n";
}

}  // namespace llm
