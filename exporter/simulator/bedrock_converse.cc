// AWS Bedrock's Converse as its servers write it (providers.md §2.6 of the project's notes).
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "simulator/event_stream_frame.h"
#include "simulator/fake_dialect.h"
#include "simulator/sigv4_check.h"

namespace llm::sim {
namespace {

using nlohmann::json;

ApiError refusal(int status, std::string_view exception, std::string message) {
  return {.status = status, .type = std::string(exception), .message = std::move(message)};
}

// Real payloads carry a random part of the alphabet, so that their length tells nothing.
std::string padding(const Answer& a, std::size_t index) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return std::string(kAlphabet.substr(0, 1 + (a.number * 7 + index * 11) % kAlphabet.size()));
}

std::string event_frame(std::string_view type, std::string_view payload) {
  return event_stream_frame(
      {{":event-type", type}, {":content-type", "application/json"}, {":message-type", "event"}},
      payload);
}

std::string usage(const Answer& a) {
  return fmt::format(R"({{"inputTokens":{},"outputTokens":{},"totalTokens":{}}})", a.input_tokens,
                     a.output_tokens, a.input_tokens + a.output_tokens);
}

std::string metrics(const Answer& a) {
  return fmt::format(R"({{"latencyMs":{}}})", milliseconds(total_time(a)));
}

std::string_view stop_reason(const Answer& a) { return a.cut ? "max_tokens" : "end_turn"; }

// "throttlingException" of "ThrottlingException": so a frame names it.
std::string frame_name(std::string name) {
  if (name == "InternalServerException" || name == "ThrottlingException" ||
      name == "ServiceUnavailableException" || name == "ValidationException") {
    name[0] = static_cast<char>(name[0] | 0x20);
    return name;
  }
  return "modelStreamErrorException";
}

class Frames {
 public:
  explicit Frames(const Answer& answer) : a_(answer) {}

  void add(std::string_view type, std::string_view members, bool token = false) {
    const auto payload = fmt::format(R"({{{},"p":"{}"}})", members, padding(a_, events_.size()));
    events_.push_back({event_frame(type, payload), token});
  }
  void delta(std::string_view member) {
    add("contentBlockDelta",
        fmt::format(R"("contentBlockIndex":{},"delta":{{{}}})", block_, member), true);
  }
  void close_block() {
    add("contentBlockStop", fmt::format(R"("contentBlockIndex":{})", block_++));
  }
  std::vector<StreamEvent> take() { return std::move(events_); }

 private:
  const Answer& a_;
  std::vector<StreamEvent> events_;
  int block_ = 0;
};

class BedrockConverse final : public FakeDialect {
 public:
  Route route(std::string_view path) const override {
    if (path == "/foundation-models") return {.to = Route::To::models};
    if (path == "/inference-profiles") return {.to = Route::To::page};
    constexpr std::string_view kModel = "/model/";
    const auto slash = path.rfind('/');
    if (!path.starts_with(kModel) || slash < kModel.size()) return {};
    const auto call = path.substr(slash);
    if (call != "/converse" && call != "/converse-stream") return {};
    return {.to = Route::To::chat,
            .model = percent_decoded(path.substr(kModel.size(), slash - kModel.size())),
            .stream = call == "/converse-stream"};
  }

  std::optional<ApiError> refuse_key(const SimRequest& request,
                                     const KeyRing& ring) const override {
    if (ring.keys.empty()) return std::nullopt;
    if (!is_signed(request)) return refuse_bearer(request, ring);
    for (const auto& text : ring.keys) {
      const auto key = aws_key_of(text);
      if (key.id != access_key_id(request)) continue;
      if (key.secret.empty()) return std::nullopt;
      auto wrong = wrong_signature(request, key, "bedrock", wall_now());
      if (!wrong) return std::nullopt;
      const bool token = wrong->starts_with("The security token");
      return refusal(403, token ? "UnrecognizedClientException" : "InvalidSignatureException",
                     std::move(*wrong));
    }
    return error(ErrorName::auth);
  }

  Result<ChatRequest, ApiError> read_chat(const ChatCall& call,
                                          const FindModel& find_model) const override {
    const auto& body = call.body;
    ChatRequest chat;
    chat.model = find_model(call.route.model);
    if (chat.model == nullptr) {
      return Err{refusal(400, "ValidationException", "The provided model identifier is invalid.")};
    }
    if (!body.contains("messages") || !body["messages"].is_array() || body["messages"].empty()) {
      return Err{
          refusal(400, "ValidationException", "A conversation must start with a user message.")};
    }
    const auto config = body.value("inferenceConfig", json());
    const auto limit = config.is_object() ? config.value("maxTokens", json()) : json();
    if (!limit.is_null()) {
      if (!limit.is_number_unsigned() || limit == 0) {
        return Err{refusal(400, "ValidationException",
                           "Value at 'inferenceConfig.maxTokens' failed to satisfy constraint: "
                           "Member must have value greater than or equal to 1")};
      }
      chat.max_tokens = limit.get<std::uint64_t>();
    }
    chat.stream = call.route.stream;
    chat.input_tokens = estimate_tokens(body["messages"]);
    return chat;
  }

  // No rate limits, no hint when to come again.
  Headers headers(const HeaderFacts& facts) const override {
    Headers out{{"x-amzn-RequestId", request_uuid(facts.number)}};
    if (facts.error != nullptr) {
      out.emplace_back("x-amzn-ErrorType",
                       facts.error->type + ":http://internal.amazon.com/coral/com.amazon.bedrock/");
    }
    return out;
  }

  ApiError error(ErrorName name) const override {
    switch (name) {
      case ErrorName::bad_request:
        return refusal(400, "ValidationException", "The request was refused.");
      case ErrorName::auth:
        return refusal(403, "UnrecognizedClientException",
                       "The security token included in the request is invalid.");
      case ErrorName::permission:
        return refusal(403, "AccessDeniedException",
                       "User: arn:aws:iam::000000000000:user/sim is not authorized to perform: "
                       "bedrock:InvokeModelWithResponseStream because no identity-based policy "
                       "allows the action");
      case ErrorName::not_found:
        return refusal(404, "ResourceNotFoundException",
                       "This model version has reached the end of its life.");
      case ErrorName::rate_limited:
        return refusal(429, "ThrottlingException",
                       "Too many requests, please wait before trying again.");
      case ErrorName::quota_exhausted:
        // A day's tokens are a limit like any other here.
        return refusal(429, "ThrottlingException",
                       "Too many tokens per day, please wait before trying again.");
      case ErrorName::server_error:
        return refusal(500, "InternalServerException",
                       "The system encountered an unexpected error during processing.");
      case ErrorName::overloaded:
        return refusal(503, "ServiceUnavailableException",
                       "Bedrock is unable to process your request.");
      case ErrorName::timeout:
        return refusal(408, "ModelTimeoutException", "Model processing timed out.");
    }
    return {};
  }
  Body error_body(const ApiError& e, std::uint64_t) const override {
    // Failures of a bearer key spell it with a capital.
    const auto* name = e.code == kBearer ? "Message" : "message";
    return {fmt::format(R"({{"{}":{}}})", name, json_string(e.message))};
  }
  std::string error_event(const ApiError& e, const Answer&, std::size_t) const override {
    return event_stream_frame({{":exception-type", frame_name(e.type)},
                               {":content-type", "application/json"},
                               {":message-type", "exception"}},
                              fmt::format(R"({{"message":{}}})", json_string(e.message)));
  }

  Stream stream(const Answer& a) const override {
    Frames frames(a);
    frames.add("messageStart", R"("role":"assistant")");
    for (const auto& piece : a.reasoning) {
      frames.delta(fmt::format(R"("reasoningContent":{{"text":{}}})", json_string(piece)));
    }
    if (!a.reasoning.empty()) frames.close_block();
    for (const auto& piece : a.text) frames.delta("\"text\":" + json_string(piece));
    if (!a.text.empty()) frames.close_block();
    frames.add("messageStop", fmt::format(R"("stopReason":"{}")", stop_reason(a)));
    frames.add("metadata", fmt::format(R"("usage":{},"metrics":{})", usage(a), metrics(a)));
    return {frames.take(), "application/vnd.amazon.eventstream"};
  }

  Body whole(const Answer& a) const override {
    std::string content;
    if (!a.reasoning.empty()) {
      content = fmt::format(
          R"({{"reasoningContent":{{"reasoningText":{{"text":{},"signature":"c2lt"}}}}}})",
          json_string(joined(a.reasoning)));
    }
    if (!a.text.empty()) {
      content += fmt::format(R"({}{{"text":{}}})", content.empty() ? "" : ",",
                             json_string(joined(a.text)));
    }
    return {fmt::format(R"({{"metrics":{},"output":{{"message":{{"content":[{}],)"
                        R"("role":"assistant"}}}},"stopReason":"{}","usage":{}}})",
                        metrics(a), content, stop_reason(a), usage(a))};
  }

  Body models(std::span<const ModelScript> models, const SimRequest&) const override {
    std::string rows;
    for (const auto& model : models) {
      fmt::format_to(
          std::back_inserter(rows),
          R"({0}{{"modelArn":{1},"modelId":{2},"modelName":{2},"providerName":"Sim",)"
          R"("inputModalities":["TEXT"],"outputModalities":["TEXT"],)"
          R"("responseStreamingSupported":true,"customizationsSupported":[],)"
          R"("inferenceTypesSupported":["ON_DEMAND"],"modelLifecycle":{{"status":"ACTIVE"}}}})",
          rows.empty() ? "" : ",",
          json_string("arn:aws:bedrock:us-east-1::foundation-model/" + model.name),
          json_string(model.name));
    }
    return {fmt::format(R"({{"modelSummaries":[{}]}})", rows)};
  }
  std::optional<Body> page(std::string_view, std::span<const ModelScript>) const override {
    return Body{R"({"inferenceProfileSummaries":[]})"};
  }

 private:
  static constexpr std::string_view kBearer = "bearer";  // marks such a failure

  std::optional<ApiError> refuse_bearer(const SimRequest& request, const KeyRing& ring) const {
    const auto token = bearer_token(request);
    if (token.empty()) {
      auto e = error(ErrorName::auth);
      e.message = "Missing Authentication Token";
      return e;
    }
    if (ring.knows(token)) return std::nullopt;
    auto e = refusal(403, "AccessDeniedException",
                     "Authentication failed: Please make sure your API Key is valid.");
    e.code = kBearer;
    return e;
  }
};

}  // namespace

const FakeDialect& bedrock_converse() {
  static const BedrockConverse dialect;
  return dialect;
}

}  // namespace llm::sim
