// OpenAI's Chat Completions as its servers write it, reasoning as vLLM and DeepSeek show it.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "simulator/fake_dialect.h"

namespace llm::sim {
namespace {

using nlohmann::json;

ApiError bad_request(std::string message, std::string param = {}, std::string code = {}) {
  return {400, "invalid_request_error", std::move(code), std::move(message), std::move(param)};
}

ApiError error(ErrorName name) {
  constexpr auto kInvalid = "invalid_request_error";
  switch (name) {
    case ErrorName::bad_request:
      return bad_request("The request was refused.");
    case ErrorName::auth:
      return {401, kInvalid, "invalid_api_key", "Incorrect API key provided.", {}};
    case ErrorName::permission:
      return {403,
              "request_forbidden",
              "unsupported_country_region_territory",
              "Country, region, or territory not supported",
              {}};
    case ErrorName::not_found:
      return {404,
              kInvalid,
              "model_not_found",
              "The model does not exist or you do not have access to it.",
              {}};
    case ErrorName::rate_limited:
      return {429, "requests", "rate_limit_exceeded", "Rate limit reached.", {}};
    case ErrorName::quota_exhausted:
      return {429,
              "insufficient_quota",
              "insufficient_quota",
              "You exceeded your current quota, please check your plan and billing details.",
              {}};
    case ErrorName::server_error:
      return {500,
              "server_error",
              {},
              "The server had an error while processing your request. Sorry about that!",
              {}};
    case ErrorName::overloaded:
      return {503,
              "service_unavailable_error",
              "server_is_overloaded",
              "The engine is currently overloaded, please try again later.",
              {}};
    case ErrorName::timeout:
      return {504, "server_error", {}, "The request timed out.", {}};
  }
  return {};
}

// Echoes part of the key, as the provider does: the exporter must not repeat it.
ApiError wrong_key(std::string_view key) {
  auto e = error(ErrorName::auth);
  if (key.empty()) {
    e.code = {};
    e.message = "You didn't provide an API key.";
  } else if (key.size() > 12) {
    e.message = fmt::format("Incorrect API key provided: {}{}{}.", key.substr(0, 3),
                            std::string(std::min<std::size_t>(key.size() - 7, 32), '*'),
                            key.substr(key.size() - 4));
  }
  return e;
}

std::string or_null(const std::string& text) { return text.empty() ? "null" : json_string(text); }

std::string error_body(const ApiError& e, std::uint64_t) {
  return fmt::format(R"({{"error":{{"message":{},"type":{},"param":{},"code":{}}}}})",
                     json_string(e.message), or_null(e.type), or_null(e.param), or_null(e.code));
}

std::string error_event(const ApiError& e, std::uint64_t number) {
  return fmt::format("data: {}\n\n", error_body(e, number));
}

std::string go_duration(Nanos value) {
  const auto total_ms = std::max<std::int64_t>(0, value.count() / 1'000'000);
  if (total_ms < 1000) return fmt::format("{}ms", total_ms);
  const auto hours = total_ms / 3'600'000;
  const auto minutes = total_ms / 60'000 % 60;
  const auto seconds = static_cast<double>(total_ms % 60'000) / 1e3;
  if (hours > 0) return fmt::format("{}h{}m{}s", hours, minutes, seconds);
  return minutes > 0 ? fmt::format("{}m{}s", minutes, seconds) : fmt::format("{}s", seconds);
}

ApiError limited(const Budget::Shortage& shortage, const ModelScript& model) {
  auto e = error(ErrorName::rate_limited);
  e.type = shortage.what;
  e.message = fmt::format("Rate limit reached for {} on {} per min. Please try again in {}.",
                          model.name, shortage.what, go_duration(shortage.wait));
  return e;
}

void add_limit(Headers& headers, std::string_view what, const std::optional<Bucket>& bucket,
               MonoTime now) {
  if (!bucket) return;
  const auto add = [&](std::string_view part, std::string value) {
    headers.emplace_back(fmt::format("x-ratelimit-{}-{}", part, what), std::move(value));
  };
  add("limit", fmt::format("{:.0f}", bucket->limit()));
  add("remaining", fmt::format("{:.0f}", std::floor(bucket->remaining(now))));
  add("reset", go_duration(bucket->until_full(now)));
}

Headers headers(const HeaderFacts& facts) {
  Headers out{{"openai-version", "2020-10-01"}, {"x-request-id", request_id(facts.number)}};
  if (facts.processing) {
    out.emplace_back("openai-processing-ms",
                     fmt::format("{}", facts.processing->count() / 1'000'000));
  }
  const bool metered = facts.status != 401 && facts.status != 403 && facts.status != 404;
  if (facts.budget != nullptr && metered) {
    add_limit(out, "requests", facts.budget->requests, facts.now);
    add_limit(out, "tokens", facts.budget->tokens, facts.now);
  }
  if (facts.retry_after) {
    out.emplace_back("retry-after",
                     fmt::format("{:.0f}", std::ceil(to_seconds(*facts.retry_after))));
    out.emplace_back("retry-after-ms",
                     fmt::format("{:.0f}", std::ceil(to_seconds(*facts.retry_after) * 1e3)));
  }
  return out;
}

std::optional<ApiError> read_limit(const json& body, std::string_view field, ChatRequest* chat) {
  const auto found = body.find(field);
  if (found == body.end() || found->is_null()) return std::nullopt;
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() == 0) {
    return bad_request(
        fmt::format("Invalid '{}': integer below minimum value. Expected a value >= 1.", field),
        std::string(field), "integer_below_min_value");
  }
  chat->max_tokens = found->get<std::uint64_t>();
  return std::nullopt;
}

Result<ChatRequest, ApiError> read_chat(const SimRequest&, const json& body,
                                        const FindModel& find_model) {
  if (!body.contains("model") || !body["model"].is_string()) {
    return Err{bad_request("you must provide a model parameter", "model")};
  }
  const auto name = body["model"].get<std::string>();
  ChatRequest chat;
  chat.model = find_model(name);
  if (chat.model == nullptr) {
    auto missing = error(ErrorName::not_found);
    missing.message =
        fmt::format("The model `{}` does not exist or you do not have access to it.", name);
    return Err{missing};
  }
  if (!body.contains("messages") || !body["messages"].is_array() || body["messages"].empty()) {
    return Err{bad_request("Missing required parameter: 'messages'.", "messages",
                           "missing_required_parameter")};
  }
  if (chat.model->reasoning && body.contains("max_tokens")) {
    return Err{
        bad_request("Unsupported parameter: 'max_tokens' is not supported with this model. "
                    "Use 'max_completion_tokens' instead.",
                    "max_tokens", "unsupported_parameter")};
  }
  for (const auto* field : {"max_tokens", "max_completion_tokens"}) {
    if (auto wrong = read_limit(body, field, &chat)) return Err{*wrong};
  }
  chat.stream = body.value("stream", json()) == true;
  const auto options = body.value("stream_options", json());
  chat.include_usage = options.is_object() && options.value("include_usage", json()) == true;
  chat.input_tokens = estimate_tokens(body["messages"]);
  return chat;
}

std::string usage(const Answer& a) {
  return fmt::format(R"({{"prompt_tokens":{},"completion_tokens":{},"total_tokens":{},)"
                     R"("prompt_tokens_details":{{"cached_tokens":0,"audio_tokens":0}},)"
                     R"("completion_tokens_details":{{"reasoning_tokens":{},"audio_tokens":0,)"
                     R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}})",
                     a.input_tokens, a.output_tokens, a.input_tokens + a.output_tokens,
                     a.reasoning_tokens);
}

std::string_view finish_reason(const Answer& a) { return a.cut ? "length" : "stop"; }

// The members that all chunks and the whole answer share. The fingerprint changes with the version.
std::string envelope(const Answer& a, std::string_view object) {
  return fmt::format(R"({{"id":"chatcmpl-sim{:06}","object":"{}","created":{},"model":{},)"
                     R"("service_tier":"default","system_fingerprint":"fp_{:010x}")",
                     a.number, object, a.created, json_string(a.served_model),
                     std::hash<std::string>{}(a.served_model) & 0xffffffffff);
}

std::vector<StreamEvent> stream(const Answer& a) {
  const auto before = "data: " + envelope(a, "chat.completion.chunk") + ",\"choices\":[";
  const std::string_view after = a.include_usage ? ",\"usage\":null}\n\n" : "}\n\n";
  std::vector<StreamEvent> events;
  const auto add = [&](std::string_view delta, std::string_view finish, bool token) {
    events.push_back(
        {fmt::format(R"({}{{"index":0,"delta":{{{}}},"logprobs":null,"finish_reason":{}}}]{})",
                     before, delta, finish, after),
         token});
  };
  add(R"("role":"assistant","content":"","refusal":null)", "null", false);
  for (const auto& piece : a.reasoning)
    add("\"reasoning_content\":" + json_string(piece), "null", true);
  for (const auto& piece : a.text) add("\"content\":" + json_string(piece), "null", true);
  add("", fmt::format("\"{}\"", finish_reason(a)), false);
  if (a.include_usage) events.push_back({before + "],\"usage\":" + usage(a) + "}\n\n"});
  events.push_back({"data: [DONE]\n\n"});
  return events;
}

std::string whole(const Answer& a) {
  const auto reasoning = a.reasoning.empty() ? std::string()
                                             : fmt::format(R"("reasoning_content":{},)",
                                                           json_string(joined(a.reasoning)));
  return fmt::format(
      R"({},"choices":[{{"index":0,"message":{{"role":"assistant",{}"content":{},"refusal":null,)"
      R"("annotations":[]}},"logprobs":null,"finish_reason":"{}"}}],"usage":{}}})",
      envelope(a, "chat.completion"), reasoning, json_string(joined(a.text)), finish_reason(a),
      usage(a));
}

std::string models(std::span<const ModelScript> models, const SimRequest&) {
  std::string rows;
  for (const auto& model : models) {
    fmt::format_to(std::back_inserter(rows),
                   R"({}{{"id":{},"object":"model","created":1744321707,"owned_by":"system"}})",
                   rows.empty() ? "" : ",", json_string(model.name));
  }
  return fmt::format(R"({{"object":"list","data":[{}]}})", rows);
}

}  // namespace

const FakeDialect kOpenAiChat{
    .name = "openai-chat",
    .chat_path = "/v1/chat/completions",
    .models_path = "/v1/models",
    .key = bearer_token,
    .read_chat = read_chat,
    .headers = headers,
    .error = error,
    .wrong_key = wrong_key,
    .limited = limited,
    .error_body = error_body,
    .error_event = error_event,
    .stream = stream,
    .whole = whole,
    .models = models,
};

}  // namespace llm::sim
