// Google's Gemini API, and the same on Vertex AI, as their servers write it (providers.md §2.4 and
// §2.5 of the project's notes). One fake serves the paths of both.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "simulator/fake_dialect.h"

namespace llm::sim {
namespace {

using nlohmann::json;

constexpr std::string_view kJson = "application/json; charset=UTF-8";
constexpr std::string_view kKeyInvalid = "API_KEY_INVALID";
constexpr int kMicrosecondDigits = 6;

ApiError refusal(int status, std::string_view name, std::string message,
                 std::string_view reason = {}) {
  return {.status = status,
          .type = std::string(name),
          .code = std::string(reason),
          .message = std::move(message)};
}

bool starts_with_version(std::string_view path) {
  return path.starts_with("/v1/") || path.starts_with("/v1beta/") || path.starts_with("/v1beta1/");
}
bool is_vertex_path(std::string_view path) {
  return path.find("/publishers/google/models") != path.npos;
}
bool is_json_array(AnswerForm form) {
  return form == AnswerForm::json_array || form == AnswerForm::vertex_json_array;
}
bool is_vertex(AnswerForm form) {
  return form == AnswerForm::vertex || form == AnswerForm::vertex_json_array;
}

// Counts grow from chunk to chunk; thoughts that are not shown are there from the first.
struct Counts {
  std::size_t text = 0, thoughts = 0;
};

std::string usage(const Answer& a, Counts counts) {
  auto out = fmt::format(R"({{"promptTokenCount":{})", a.input_tokens);
  const auto add = [&](std::string_view name, std::size_t count) {
    if (count > 0) fmt::format_to(std::back_inserter(out), R"(,"{}":{})", name, count);
  };
  add("candidatesTokenCount", counts.text);
  add("totalTokenCount", a.input_tokens + counts.text + counts.thoughts);
  add("thoughtsTokenCount", counts.thoughts);
  return fmt::format(
      R"({},"promptTokensDetails":[{{"modality":"TEXT","tokenCount":{}}}],{}}})", out,
      a.input_tokens,
      is_vertex(a.form) ? R"("trafficType":"ON_DEMAND")" : R"("serviceTier":"standard")");
}

// `part`: the members of the only one; empty: there is no text at all.
std::string chunk_json(const Answer& a, std::string_view part, Counts counts, bool last) {
  const auto parts = part.empty() ? std::string() : fmt::format("\"parts\":[{{{}}}],", part);
  const auto finish = fmt::format(R"("finishReason":"{}",)", a.cut ? "MAX_TOKENS" : "STOP");
  const auto time = is_vertex(a.form) ? fmt::format(R"(,"createTime":"{}")",
                                                    rfc3339(wall_now(), kMicrosecondDigits))
                                      : std::string();
  return fmt::format(
      R"({{"candidates":[{{"content":{{{}"role":"model"}},{}"index":0}}],"usageMetadata":{},)"
      R"("modelVersion":{},"responseId":"sim{:018}"{}}})",
      parts, last ? finish : "", usage(a, counts), json_string(a.served_model), a.number, time);
}

std::string thought(std::string_view text) {
  return fmt::format(R"("text":{},"thought":true)", json_string(text));
}

// A recorded line end is CRLF; an element of the array comes with what is before it.
std::string framed(const Answer& a, std::string_view json, std::size_t sent) {
  if (is_json_array(a.form)) return fmt::format("{}{}", sent == 0 ? "[" : "\n,\n", json);
  return fmt::format("data: {}\r\n\r\n", json);
}

std::string details(const ApiError& e) {
  if (e.retry_after) {
    return fmt::format(
        R"(,"details":[{{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{{)"
        R"("quotaMetric":"generativelanguage.googleapis.com/generate_content_requests",)"
        R"("quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}}]}},)"
        R"({{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{:.3f}s"}}])",
        to_seconds(*e.retry_after));
  }
  if (e.code.empty()) return {};
  return fmt::format(R"(,"details":[{{"@type":"type.googleapis.com/google.rpc.ErrorInfo",)"
                     R"("reason":{},"domain":"googleapis.com"}}])",
                     json_string(e.code));
}

std::string error_json(const ApiError& e) {
  return fmt::format(R"({{"error":{{"code":{},"message":{},"status":{}{}}}}})", e.status,
                     json_string(e.message), json_string(e.type), details(e));
}

std::string model_row(const ModelScript& model) {
  return fmt::format(
      R"({{"name":{},"version":"001","displayName":{},"inputTokenLimit":1048576,)"
      R"("outputTokenLimit":65536,"supportedGenerationMethods":["generateContent","countTokens"],)"
      R"("thinking":{}}})",
      json_string("models/" + model.name), json_string(model.name), model.reasoning_tokens > 0);
}

class Gemini final : public FakeDialect {
 public:
  Route route(std::string_view path) const override {
    constexpr std::string_view kModels = "/models";
    const auto at = path.rfind(kModels);
    if (at == path.npos || !starts_with_version(path)) return {};
    auto rest = path.substr(at + kModels.size());
    if (rest.empty()) return {.to = Route::To::models};
    if (rest[0] != '/') return {};
    rest.remove_prefix(1);
    const auto colon = rest.rfind(':');
    if (colon == rest.npos) return {.to = Route::To::page};
    const auto method = rest.substr(colon);
    const bool stream = method == ":streamGenerateContent";
    if (!stream && method != ":generateContent") return {};
    return {
        .to = Route::To::chat, .model = percent_decoded(rest.substr(0, colon)), .stream = stream};
  }

  std::string key(const SimRequest& request) const override {
    for (const auto presented : {header(request, "x-goog-api-key"), bearer_token(request)}) {
      if (!presented.empty()) return std::string(presented);
    }
    return query_value(request, "key");
  }
  std::optional<ApiError> refuse_key(const SimRequest& request,
                                     const KeyRing& ring) const override {
    const auto presented = key(request);
    if (ring.knows(presented)) return std::nullopt;
    if (!bearer_token(request).empty() || (presented.empty() && is_vertex_path(request.path))) {
      return error(ErrorName::auth);
    }
    return wrong_key(presented);
  }

  Result<ChatRequest, ApiError> read_chat(const ChatCall& call,
                                          const FindModel& find_model) const override {
    const auto& body = call.body;
    ChatRequest chat;
    chat.model = find_model(call.route.model);
    if (chat.model == nullptr) {
      return Err{refusal(404, "NOT_FOUND",
                         fmt::format("models/{} is not found for API version v1beta, or is not "
                                     "supported for generateContent.",
                                     call.route.model))};
    }
    if (!body.contains("contents") || !body["contents"].is_array() || body["contents"].empty()) {
      return Err{refusal(400, "INVALID_ARGUMENT",
                         "* GenerateContentRequest.contents: contents is not specified")};
    }
    const auto config = body.value("generationConfig", json());
    const auto limit = config.is_object() ? config.value("maxOutputTokens", json()) : json();
    if (!limit.is_null()) {
      if (!limit.is_number_unsigned() || limit == 0) {
        return Err{refusal(400, "INVALID_ARGUMENT",
                           "* GenerateContentRequest.generation_config.max_output_tokens: "
                           "max_output_tokens must be positive.")};
      }
      chat.max_tokens = limit.get<std::uint64_t>();
    }
    const bool events = query_value(call.request, "alt") == "sse";
    const bool vertex = is_vertex_path(call.request.path);
    chat.form = events ? (vertex ? AnswerForm::vertex : AnswerForm::usual)
                       : (vertex ? AnswerForm::vertex_json_array : AnswerForm::json_array);
    chat.stream = call.route.stream;
    chat.input_tokens = estimate_tokens(body["contents"]);
    return chat;
  }

  // No request id, no rate limits.
  Headers headers(const HeaderFacts& facts) const override {
    return {{"X-Gemini-Service-Tier", "standard"},
            {"Vary", "X-Origin"},
            {"Server", "scaffolding on HTTPServer2"},
            {"Server-Timing",
             fmt::format("gfet4t7; dur={}", milliseconds(facts.processing.value_or(Nanos(0))))}};
  }

  ApiError error(ErrorName name) const override {
    switch (name) {
      case ErrorName::bad_request:
        return refusal(400, "INVALID_ARGUMENT", "Request contains an invalid argument.");
      case ErrorName::auth:
        return refusal(401, "UNAUTHENTICATED",
                       "Request had invalid authentication credentials. Expected OAuth 2 access "
                       "token, login cookie or other valid authentication credential.",
                       "ACCESS_TOKEN_TYPE_UNSUPPORTED");
      case ErrorName::permission:
        return refusal(403, "PERMISSION_DENIED", "The caller does not have permission");
      case ErrorName::not_found:
        return refusal(404, "NOT_FOUND", "models/unknown is not found for API version v1beta.");
      case ErrorName::rate_limited:
        // The very sentence that means an empty account at OpenAI.
        return refusal(429, "RESOURCE_EXHAUSTED",
                       "You exceeded your current quota, please check your plan and billing "
                       "details.");
      case ErrorName::quota_exhausted:
        return refusal(402, "FAILED_PRECONDITION",
                       "Your prepayment credits are depleted. Please manage your project's billing "
                       "to continue.");
      case ErrorName::server_error:
        return refusal(500, "INTERNAL", "Internal error encountered.");
      case ErrorName::overloaded:
        return refusal(503, "UNAVAILABLE", "The model is overloaded. Please try again later.");
      case ErrorName::timeout:
        return refusal(504, "DEADLINE_EXCEEDED",
                       "Deadline expired before operation could complete.");
    }
    return {};
  }
  ApiError wrong_key(std::string_view key) const override {
    if (key.empty()) {
      return refusal(403, "PERMISSION_DENIED",
                     "Method doesn't allow unregistered callers (callers without established "
                     "identity).");
    }
    return refusal(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
                   kKeyInvalid);
  }
  Body error_body(const ApiError& e, std::uint64_t) const override {
    return {error_json(e), kJson};
  }
  // Without "data:", as it was seen.
  std::string error_event(const ApiError& e, const Answer& a, std::size_t sent) const override {
    if (is_json_array(a.form)) return framed(a, error_json(e), sent) + "]";
    return error_json(e);
  }

  Stream stream(const Answer& a) const override {
    std::vector<StreamEvent> events;
    Counts counts{.thoughts = a.reasoning.empty() ? a.reasoning_tokens : 0U};
    for (const auto& piece : a.reasoning) {
      ++counts.thoughts;
      const auto json = chunk_json(a, thought(piece), counts, false);
      events.push_back({framed(a, json, events.size()), true});
    }
    for (const auto& piece : a.text) {
      ++counts.text;
      const auto json = chunk_json(a, "\"text\":" + json_string(piece), counts, false);
      events.push_back({framed(a, json, events.size()), true});
    }
    const auto* empty = a.text.empty() ? "" : R"("text":"","thoughtSignature":"c2lt")";
    events.push_back({framed(a, chunk_json(a, empty, counts, true), events.size())});
    if (is_json_array(a.form)) events.push_back({"\n]"});
    return {std::move(events), is_json_array(a.form) ? kJson : "text/event-stream"};
  }

  Body whole(const Answer& a) const override {
    std::string parts;
    if (!a.reasoning.empty()) parts = thought(joined(a.reasoning));
    if (!a.text.empty()) {
      fmt::format_to(std::back_inserter(parts), "{}\"text\":{}", parts.empty() ? "" : "},{",
                     json_string(joined(a.text)));
    }
    return {chunk_json(a, parts, {a.text.size(), a.reasoning_tokens}, true), kJson};
  }

  Body models(std::span<const ModelScript> models, const SimRequest& request) const override {
    if (is_vertex_path(request.path)) return {publisher_models(models, request), kJson};
    const auto page = page_of(models, request, "pageSize", 50, "pageToken");
    std::string rows;
    for (const auto& model : page.models) rows += (rows.empty() ? "" : ",") + model_row(model);
    return {fmt::format(R"({{"models":[{}]{}}})", rows, next_page(page)), kJson};
  }
  std::optional<Body> page(std::string_view path,
                           std::span<const ModelScript> models) const override {
    const auto name = percent_decoded(path.substr(path.rfind('/') + 1));
    for (const auto& model : models) {
      if (model.name == name) return Body{model_row(model), kJson};
    }
    return std::nullopt;
  }

 private:
  static std::string next_page(const ModelPage& page) {
    return page.next.empty() ? "" : fmt::format(R"(,"nextPageToken":"{}")", page.next);
  }
  static std::string publisher_models(std::span<const ModelScript> models,
                                      const SimRequest& request) {
    const auto page = page_of(models, request, "pageSize", 100, "pageToken");
    std::string rows;
    for (const auto& model : page.models) {
      fmt::format_to(
          std::back_inserter(rows), R"({}{{"name":{},"versionId":"default","launchStage":"GA"}})",
          rows.empty() ? "" : ",", json_string("publishers/google/models/" + model.name));
    }
    return fmt::format(R"({{"publisherModels":[{}]{}}})", rows, next_page(page));
  }
};

}  // namespace

const FakeDialect& gemini() {
  static const Gemini dialect;
  return dialect;
}

}  // namespace llm::sim
