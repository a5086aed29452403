// Anthropic's Messages API as its servers write it.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "simulator/fake_dialect.h"

namespace llm::sim {
namespace {

using nlohmann::json;

ApiError bad_request(std::string message) {
  return {400, "invalid_request_error", {}, std::move(message), {}};
}

ApiError error_of(ErrorName name) {
  switch (name) {
    case ErrorName::bad_request:
      return bad_request("The request was refused.");
    case ErrorName::auth:
      return {401, "authentication_error", {}, "invalid x-api-key", {}};
    case ErrorName::permission:
      return {403,
              "permission_error",
              {},
              "Your API key does not have permission to use the specified resource.",
              {}};
    case ErrorName::not_found:
      return {404, "not_found_error", {}, "Not found", {}};
    case ErrorName::rate_limited:
      return {
          429, "rate_limit_error", {}, "This request would exceed your account's rate limit.", {}};
    case ErrorName::quota_exhausted:
      return {
          402, "billing_error", {}, "There is an issue with the billing of your organization.", {}};
    case ErrorName::server_error:
      return {500, "api_error", {}, "Internal server error", {}};
    case ErrorName::overloaded:
      return {529, "overloaded_error", {}, "Overloaded", {}};
    case ErrorName::timeout:
      return {504, "timeout_error", {}, "The request timed out while processing.", {}};
  }
  return {};
}

std::string error_json(const ApiError& e, std::uint64_t number) {
  const auto details = e.code.empty()
                           ? std::string()
                           : fmt::format(R"(,"details":{{"error_code":{}}})", json_string(e.code));
  return fmt::format(R"({{"type":"error","error":{{"type":{},"message":{}{}}},"request_id":"{}"}})",
                     json_string(e.type), json_string(e.message), details, request_id(number));
}

std::string event(std::string_view name, std::string_view members) {
  return server_sent(fmt::format(R"({{"type":"{}"{}}})", name, members), name);
}

void add_limit(Headers& headers, std::string_view what, const std::optional<Bucket>& bucket,
               MonoTime now) {
  if (!bucket) return;
  const auto add = [&](std::string_view part, std::string value) {
    headers.emplace_back(fmt::format("anthropic-ratelimit-{}-{}", what, part), std::move(value));
  };
  // Token counts are rounded to thousands where they are that large.
  const double unit = bucket->limit() >= 100'000 ? 1'000 : 1;
  add("limit", fmt::format("{:.0f}", bucket->limit()));
  add("remaining", fmt::format("{:.0f}", std::floor(bucket->remaining(now) / unit) * unit));
  const auto full = std::chrono::time_point_cast<std::chrono::seconds>(
      wall_now() + bucket->until_full(now) + std::chrono::milliseconds(999));
  add("reset", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                           fmt::gmtime(std::chrono::system_clock::to_time_t(full))));
}

Headers make_headers(const HeaderFacts& facts) {
  Headers out{{"request-id", request_id(facts.number)},
              {"anthropic-organization-id", "00000000-0000-4000-8000-00000000fa10"}};
  if (facts.processing) {
    out.emplace_back("x-envoy-upstream-service-time",
                     fmt::format("{}", facts.processing->count() / 1'000'000));
  }
  if (facts.budget != nullptr && (facts.status == 200 || facts.status == 429)) {
    add_limit(out, "requests", facts.budget->requests, facts.now);
    add_limit(out, "tokens", facts.budget->tokens, facts.now);
    add_limit(out, "input-tokens", facts.budget->input_tokens, facts.now);
    add_limit(out, "output-tokens", facts.budget->output_tokens, facts.now);
  }
  if (facts.retry_after) {
    out.emplace_back("retry-after",
                     fmt::format("{:.0f}", std::ceil(to_seconds(*facts.retry_after))));
  }
  if (facts.status >= 400) {
    out.emplace_back("x-should-retry",
                     facts.status == 429 || facts.status >= 500 ? "true" : "false");
  }
  return out;
}

Result<ChatRequest, ApiError> read(const ChatCall& call, const FindModel& find_model) {
  const auto& body = call.body;
  if (header(call.request, "anthropic-version").empty()) {
    return Err{bad_request("anthropic-version: header is required")};
  }
  if (!body.contains("model") || !body["model"].is_string()) {
    return Err{bad_request("model: Field required")};
  }
  if (!body.contains("max_tokens")) return Err{bad_request("max_tokens: Field required")};
  if (!body["max_tokens"].is_number_unsigned() || body["max_tokens"] == 0) {
    return Err{bad_request("max_tokens: Input should be greater than or equal to 1")};
  }
  if (!body.contains("messages") || !body["messages"].is_array() || body["messages"].empty()) {
    return Err{bad_request("messages: at least one message is required")};
  }
  const auto name = body["model"].get<std::string>();
  ChatRequest chat;
  chat.model = find_model(name);
  if (chat.model == nullptr) {
    auto missing = error_of(ErrorName::not_found);
    missing.message = "model: " + name;
    return Err{missing};
  }
  chat.max_tokens = body["max_tokens"].get<std::uint64_t>();
  chat.stream = body.value("stream", json()) == true;
  chat.input_tokens = estimate_tokens(body["messages"]);
  return chat;
}

std::string usage(const Answer& a, std::uint32_t output_tokens, std::uint32_t thinking_tokens) {
  const auto thinking =
      thinking_tokens == 0
          ? std::string()
          : fmt::format(R"(,"output_tokens_details":{{"thinking_tokens":{}}})", thinking_tokens);
  return fmt::format(
      R"({{"input_tokens":{},"cache_creation_input_tokens":0,"cache_read_input_tokens":0,)"
      R"("output_tokens":{}{},"service_tier":"standard"}})",
      a.input_tokens, output_tokens, thinking);
}

std::string_view stop_reason(const Answer& a) { return a.cut ? "max_tokens" : "end_turn"; }

std::string message(const Answer& a, std::string_view content, std::string_view stop,
                    std::string_view usage) {
  return fmt::format(
      R"({{"model":{},"id":"msg_sim{:06}","type":"message","role":"assistant","content":[{}],)"
      R"("stop_reason":{},"stop_sequence":null,"stop_details":null,"usage":{}}})",
      json_string(a.served_model), a.number, content, stop, usage);
}

class EventList {
 public:
  void add(std::string_view name, std::string_view members, bool token = false) {
    events_.push_back({event(name, members), token});
  }
  void open_block(std::string_view block) {
    add("content_block_start", fmt::format(R"(,"index":{},"content_block":{{{}}})", index_, block));
  }
  void delta(std::string_view type, std::string_view member, std::string_view text, bool token) {
    add("content_block_delta",
        fmt::format(R"(,"index":{},"delta":{{"type":"{}","{}":{}}})", index_, type, member,
                    json_string(text)),
        token);
  }
  void close_block() { add("content_block_stop", fmt::format(",\"index\":{}", index_++)); }
  std::vector<StreamEvent> take() { return std::move(events_); }

 private:
  std::vector<StreamEvent> events_;
  int index_ = 0;
};

std::vector<StreamEvent> make_events(const Answer& a) {
  EventList events;
  // What message_start says about output is a placeholder.
  events.add("message_start", ",\"message\":" + message(a, "", "null", usage(a, 1, 0)));
  if (a.reasoning_tokens > 0) {
    events.open_block(R"("type":"thinking","thinking":"","signature":"")");
    events.add("ping", "");
    for (const auto& piece : a.reasoning) events.delta("thinking_delta", "thinking", piece, true);
    events.delta("signature_delta", "signature", "c2ltdWxhdGVk", false);
    events.close_block();
  }
  if (!a.text.empty()) {
    events.open_block(R"("type":"text","text":"")");
    if (a.reasoning_tokens == 0) events.add("ping", "");
    for (const auto& piece : a.text) events.delta("text_delta", "text", piece, true);
    events.close_block();
  }
  events.add("message_delta",
             fmt::format(R"(,"delta":{{"stop_reason":"{}","stop_sequence":null}},"usage":{})",
                         stop_reason(a), usage(a, a.output_tokens, a.reasoning_tokens)));
  events.add("message_stop", "");
  return events.take();
}

std::string make_whole(const Answer& a) {
  std::string content;
  if (a.reasoning_tokens > 0) {
    content = fmt::format(R"({{"type":"thinking","thinking":{},"signature":"c2ltdWxhdGVk"}})",
                          json_string(joined(a.reasoning)));
  }
  if (!a.text.empty()) {
    content += fmt::format(R"({}{{"type":"text","text":{}}})", content.empty() ? "" : ",",
                           json_string(joined(a.text)));
  }
  return message(a, content, fmt::format("\"{}\"", stop_reason(a)),
                 usage(a, a.output_tokens, a.reasoning_tokens));
}

std::string model_page(std::span<const ModelScript> models, const SimRequest& request) {
  std::size_t limit = 20;  // the API's default
  const auto asked = query_value(request, "limit");
  if (!asked.empty()) limit = std::max<std::size_t>(1, std::strtoul(asked.c_str(), nullptr, 10));
  const auto after = query_value(request, "after_id");
  std::size_t first = 0;
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (!after.empty() && models[i].name == after) first = i + 1;
  }
  const auto page = models.subspan(first, std::min(limit, models.size() - first));
  std::string rows;
  for (const auto& model : page) {
    fmt::format_to(std::back_inserter(rows),
                   R"({0}{{"type":"model","id":{1},"display_name":{1},)"
                   R"("created_at":"2026-07-01T00:00:00Z","lifecycle":"active",)"
                   R"("deprecated_at":null,"retires_at":null,"max_input_tokens":200000,)"
                   R"("max_tokens":64000}})",
                   rows.empty() ? "" : ",", json_string(model.name));
  }
  return fmt::format(R"({{"data":[{}],"has_more":{},"first_id":{},"last_id":{}}})", rows,
                     first + page.size() < models.size(),
                     page.empty() ? "null" : json_string(page.front().name),
                     page.empty() ? "null" : json_string(page.back().name));
}

class AnthropicMessages final : public FakeDialect {
 public:
  Route route(std::string_view path) const override {
    if (path == "/v1/messages") return {.to = Route::To::chat};
    if (path == "/v1/models") return {.to = Route::To::models};
    return {};
  }
  std::string key(const SimRequest& request) const override {
    const auto key = header(request, "x-api-key");
    return std::string(key.empty() ? bearer_token(request) : key);
  }
  Result<ChatRequest, ApiError> read_chat(const ChatCall& call,
                                          const FindModel& find_model) const override {
    return read(call, find_model);
  }
  Headers headers(const HeaderFacts& facts) const override { return make_headers(facts); }

  ApiError error(ErrorName name) const override { return error_of(name); }
  ApiError wrong_key(std::string_view key) const override {
    auto e = error_of(ErrorName::auth);
    if (key.empty()) e.message = "x-api-key header is required";
    return e;
  }
  ApiError limited(const Budget::Shortage& shortage, const ModelScript& model) const override {
    auto e = error_of(ErrorName::rate_limited);
    e.message = fmt::format("This request would exceed your account's rate limit of {} for {}.",
                            shortage.what, model.name);
    return e;
  }
  Body error_body(const ApiError& e, std::uint64_t number) const override {
    return {error_json(e, number)};
  }
  std::string error_event(const ApiError& e, const Answer& a, std::size_t) const override {
    return server_sent(error_json(e, a.number), "error");
  }

  Stream stream(const Answer& a) const override { return {make_events(a)}; }
  Body whole(const Answer& a) const override { return {make_whole(a)}; }
  Body models(std::span<const ModelScript> models, const SimRequest& request) const override {
    return {model_page(models, request)};
  }
};

}  // namespace

const FakeDialect& anthropic_messages() {
  static const AnthropicMessages dialect;
  return dialect;
}

}  // namespace llm::sim
