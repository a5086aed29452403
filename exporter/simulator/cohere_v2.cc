// Cohere's v2 chat as its servers write it (providers.md §2.9 of the project's notes).
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "simulator/fake_dialect.h"

namespace llm::sim {
namespace {

using nlohmann::json;

// All that an error has is its status and a message.
ApiError refusal(int status, std::string message) {
  return {.status = status, .message = std::move(message)};
}

std::string event(std::string_view name, std::string_view members) {
  return server_sent(fmt::format(R"({{"type":"{}"{}}})", name, members), name);
}

// What is billed is the words alone; the model also saw the chat template.
constexpr std::uint32_t kTemplateTokens = 495;

std::string usage(const Answer& a) {
  return fmt::format(R"({{"billed_units":{{"input_tokens":{0},"output_tokens":{1}}},)"
                     R"("tokens":{{"input_tokens":{2},"output_tokens":{3}}},"cached_tokens":0}})",
                     a.input_tokens, a.output_tokens, a.input_tokens + kTemplateTokens,
                     a.output_tokens);
}

std::string_view finish_reason(const Answer& a) { return a.cut ? "MAX_TOKENS" : "COMPLETE"; }

void add_block(std::vector<StreamEvent>* events, int index, std::string_view kind,
               const std::vector<std::string>& pieces) {
  if (pieces.empty()) return;
  events->push_back({event(
      "content-start",
      fmt::format(R"(,"index":{0},"delta":{{"message":{{"content":{{"type":"{1}","{1}":""}}}}}})",
                  index, kind))});
  for (const auto& piece : pieces) {
    const auto delta = fmt::format(R"(,"index":{},"delta":{{"message":{{"content":{{"{}":{}}}}}}})",
                                   index, kind, json_string(piece));
    events->push_back({event("content-delta", delta), true});
  }
  events->push_back({event("content-end", fmt::format(",\"index\":{}", index))});
}

std::optional<std::string> wrong_field(const json& body) {
  if (!body.contains("model") || !body["model"].is_string()) {
    return "invalid request: model: field is required";
  }
  if (!body.contains("messages") || !body["messages"].is_array() || body["messages"].empty()) {
    return "invalid request: messages must not be empty";
  }
  const auto limit = body.value("max_tokens", json());
  if (!limit.is_null() && (!limit.is_number_unsigned() || limit == 0)) {
    return "invalid request: max_tokens must be greater than or equal to 1";
  }
  return std::nullopt;
}

class CohereV2 final : public FakeDialect {
 public:
  Route route(std::string_view path) const override {
    if (path == "/v2/chat") return {.to = Route::To::chat};
    if (path == "/v1/models") return {.to = Route::To::models};
    return {};
  }

  Result<ChatRequest, ApiError> read_chat(const ChatCall& call,
                                          const FindModel& find_model) const override {
    const auto& body = call.body;
    if (auto wrong = wrong_field(body)) return Err{refusal(400, std::move(*wrong))};
    const auto name = body["model"].get<std::string>();
    ChatRequest chat;
    chat.model = find_model(name);
    if (chat.model == nullptr) return Err{refusal(404, missing_model(name))};
    if (const auto limit = body.value("max_tokens", json()); !limit.is_null()) {
      chat.max_tokens = limit.get<std::uint64_t>();
    }
    chat.stream = body.value("stream", json()) == true;
    chat.input_tokens = estimate_tokens(body["messages"]);
    return chat;
  }

  // The limits of a trial key: on successes alone.
  Headers headers(const HeaderFacts& facts) const override {
    Headers out{{"access-control-expose-headers", "X-Debug-Trace-ID"},
                {"x-debug-trace-id", request_id(facts.number)}};
    if (facts.processing) {
      out.emplace_back("x-envoy-upstream-service-time",
                       std::to_string(milliseconds(*facts.processing)));
    }
    if (facts.budget != nullptr && facts.budget->requests && facts.error == nullptr) {
      const auto& bucket = *facts.budget->requests;
      out.emplace_back("x-endpoint-monthly-call-limit", "1000");
      out.emplace_back("x-trial-endpoint-call-limit", fmt::format("{:.0f}", bucket.limit()));
      out.emplace_back("x-trial-endpoint-call-remaining",
                       fmt::format("{:.0f}", std::floor(bucket.remaining(facts.now))));
    }
    return out;
  }

  ApiError error(ErrorName name) const override {
    switch (name) {
      case ErrorName::bad_request:
        return refusal(400, "invalid request: the request was refused");
      case ErrorName::auth:
        return refusal(401, "invalid api token");
      case ErrorName::permission:
        return refusal(403, "this api key does not have access to this endpoint");
      case ErrorName::not_found:
        return refusal(404, missing_model("unknown"));
      case ErrorName::rate_limited:
        return refusal(429,
                       "You are using a Trial key, which is limited to 20 API calls / minute.");
      case ErrorName::quota_exhausted:
        return refusal(402,
                       "Please add or update your payment method at "
                       "https://dashboard.cohere.com/billing?tab=payment to continue");
      case ErrorName::server_error:
        return refusal(500, "internal server error");
      case ErrorName::overloaded:
        return refusal(503, "service unavailable, please try again later");
      case ErrorName::timeout:
        return refusal(504, "gateway timeout");
    }
    return {};
  }
  ApiError wrong_key(std::string_view key) const override {
    return refusal(401, key.empty() ? "no api key supplied" : "invalid api token");
  }
  Body error_body(const ApiError& e, std::uint64_t number) const override {
    return {
        fmt::format(R"({{"id":"{}","message":{}}})", request_uuid(number), json_string(e.message))};
  }
  // A stream that fails ends like any other, but for its finish_reason.
  std::string error_event(const ApiError& e, const Answer& a, std::size_t) const override {
    return event("message-end",
                 fmt::format(R"(,"delta":{{"error":{},"finish_reason":"ERROR","usage":{}}})",
                             json_string(e.message), usage(a)));
  }

  Stream stream(const Answer& a) const override {
    std::vector<StreamEvent> events{
        {event("message-start",
               fmt::format(R"(,"id":"{}","delta":{{"message":{{"role":"assistant","content":[],)"
                           R"("tool_plan":"","tool_calls":[],"citations":[]}}}})",
                           request_uuid(a.number)))}};
    add_block(&events, 0, "thinking", a.reasoning);
    add_block(&events, a.reasoning.empty() ? 0 : 1, "text", a.text);
    events.push_back(
        {event("message-end", fmt::format(R"(,"delta":{{"finish_reason":"{}","usage":{}}})",
                                          finish_reason(a), usage(a)))});
    return {std::move(events), "text/event-stream"};
  }

  Body whole(const Answer& a) const override {
    std::string content;
    const auto add = [&](std::string_view kind, const std::vector<std::string>& pieces) {
      if (pieces.empty()) return;
      fmt::format_to(std::back_inserter(content), R"({0}{{"type":"{1}","{1}":{2}}})",
                     content.empty() ? "" : ",", kind, json_string(joined(pieces)));
    };
    add("thinking", a.reasoning);
    add("text", a.text);
    return {fmt::format(R"({{"id":"{}","message":{{"role":"assistant","content":[{}]}},)"
                        R"("finish_reason":"{}","usage":{}}})",
                        request_uuid(a.number), content, finish_reason(a), usage(a))};
  }

  Body models(std::span<const ModelScript> models, const SimRequest& request) const override {
    const auto page = page_of(models, request, "page_size", 20, "page_token");
    std::string rows;
    for (const auto& model : page.models) {
      fmt::format_to(std::back_inserter(rows),
                     R"({}{{"name":{},"is_deprecated":false,"endpoints":["chat"],)"
                     R"("finetuned":false,"context_length":288000,"tokenizer_url":null,)"
                     R"("default_endpoints":["chat"],"features":["json_mode"]}})",
                     rows.empty() ? "" : ",", json_string(model.name));
    }
    const auto next =
        page.next.empty() ? std::string() : fmt::format(R"(,"next_page_token":"{}")", page.next);
    return {fmt::format(R"({{"models":[{}]{}}})", rows, next)};
  }

 private:
  static std::string missing_model(std::string_view name) {
    return fmt::format(
        "model '{}' not found, make sure the correct model ID was used and that you have access to "
        "the model.",
        name);
  }
};

}  // namespace

const FakeDialect& cohere_v2() {
  static const CohereV2 dialect;
  return dialect;
}

}  // namespace llm::sim
