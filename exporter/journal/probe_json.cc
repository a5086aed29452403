#include "journal/probe_json.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace llm {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json maybe(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json maybe(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string rfc3339(WallTime t) {
  const auto ms = std::chrono::duration_cast<Millis>(t.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(t)), ms);
}

Json error_json(const std::optional<ProviderError>& error) {
  if (!error) return nullptr;
  return {{"type", maybe(error->type)},
          {"code", maybe(error->code)},
          {"param", maybe(error->param)},
          {"reason", maybe(error->reason)},
          {"message", maybe(error->message)}};
}

Json token_json(const std::optional<FirstToken>& token) {
  if (!token) return nullptr;
  return {{"kind", token->reasoning ? "reasoning" : "content"}, {"text", token->text}};
}

Json usage_json(const std::optional<Usage>& usage) {
  if (!usage) return nullptr;
  return {{"input", maybe(usage->input)},
          {"uncached_input", maybe(usage->uncached_input)},
          {"output", maybe(usage->output)},
          {"cached", maybe(usage->cached)},
          {"cache_write", maybe(usage->cache_write)},
          {"reasoning", maybe(usage->reasoning)},
          {"billed_input", maybe(usage->billed_input)},
          {"billed_output", maybe(usage->billed_output)}};
}

Json phases_json(const ProbeResult& result) {
  Json phases = Json::object();
  for (std::size_t i = 0; i < kPhases; ++i) {
    phases[std::string(to_string(static_cast<Phase>(i))) + "_seconds"] = result.phase_seconds[i];
  }
  return phases;
}

Json rate_limits_json(const RateLimits& limits) {
  Json all = Json::object();
  for (const auto& limit : limits) {
    const auto window = std::string(to_string(limit.window));
    auto name = std::string(to_string(limit.resource));
    if (all.contains(name)) name += "_" + window;  // the shortest window has the plain name
    all[name] = {{"limit", maybe(limit.limit)},
                 {"remaining", maybe(limit.remaining)},
                 {"reset_seconds", maybe(limit.reset_seconds)},
                 {"window", maybe(window)}};
  }
  return all.empty() ? Json(nullptr) : all;
}

Json timings_json(const std::vector<Timing>& timings) {
  Json all = Json::object();
  for (const auto& timing : timings) all[timing.name] = timing.ms;
  return all.empty() ? Json(nullptr) : all;
}

void add_answer(Json& json, const ProbeResult& r) {
  json["finish_reason"] = maybe(r.finish_reason);
  json["terminated"] = r.terminated;
  json["first_token"] = token_json(r.first_token);
  json["first_content"] = token_json(r.first_content);
  json["text"] = r.text;
  json["usage"] = usage_json(r.usage);
  json["cost_usd"] = maybe(r.cost_usd);
  json["served_model"] = maybe(r.served_model);
  json["served_provider"] = maybe(r.served_provider);
  json["system_fingerprint"] = maybe(r.system_fingerprint);
  json["request_id"] = maybe(r.request_id);
  json["provider_ms"] = maybe(r.provider_ms);
  json["provider_ttft_ms"] = maybe(r.provider_ttft_ms);
  json["timings"] = timings_json(r.timings);
  json["retry_after_seconds"] = maybe(r.retry_after_seconds);
  json["ratelimit"] = rate_limits_json(r.rate_limits);
  if (r.kind == Kind::models && success(r.outcome)) {
    json["models"] = r.models;
    json["models_count"] = r.models_count;
  }
  if (r.model_served) {
    json["model_served"] = *r.model_served;
    json["served_by"] = r.served_by;
  }
}

}  // namespace

Json to_json(const ProbeResult& r) {
  Json json;
  json["target"] = r.target->name;
  json["provider"] = r.target->provider->name;
  json["model"] = maybe(r.target->model);
  json["kind"] = to_string(r.target->kind);
  if (r.cancelled) {
    json["outcome"] = nullptr;
    json["cancelled"] = true;
    return json;
  }
  // A free check in the target's place, because the budget allowed no more, or because the target
  // fails for long.
  if (r.kind != r.target->kind || r.check) json["substituted_by"] = to_string(r.kind);
  if (!r.counts) json["counts"] = false;
  json["started_at"] = rfc3339(r.started_at);
  json["outcome"] = to_string(r.outcome);
  json["class"] = success(r.outcome) ? Json(nullptr) : Json(to_string(r.outcome));
  json["fault"] = success(r.outcome) ? Json(nullptr) : Json(to_string(fault(r.outcome)));
  json["http_status"] = maybe(r.http_status);
  json["error"] = error_json(r.error);
  json["duration_seconds"] = r.duration_seconds;
  json["ttft_seconds"] = maybe(r.ttft_seconds);
  json["ttft_content_seconds"] = maybe(r.ttft_content_seconds);
  json["ttft_clock"] =
      r.ttft_seconds ? Json(r.ttft_from_kernel ? "kernel" : "loop") : Json(nullptr);
  json["phases"] = phases_json(r);
  json["tpot_seconds"] = maybe(r.tpot_seconds);
  json["max_gap_seconds"] = maybe(r.max_gap_seconds);
  json["tokens_per_second"] = maybe(r.tokens_per_second);
  add_answer(json, r);
  json["peer"] = maybe(r.peer);
  json["connection_reused"] = r.connection_reused;
  json["certificate_expiry"] =
      r.certificate_expiry ? Json(rfc3339(*r.certificate_expiry)) : Json(nullptr);
  return json;
}

std::string to_json_line(const ProbeResult& result) {
  return to_json(result).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace llm
