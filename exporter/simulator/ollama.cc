// Ollama's native API as its server writes it (providers.md §3.1 of the project's notes).
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "simulator/fake_dialect.h"

namespace llm::sim {
namespace {

using nlohmann::json;

constexpr std::string_view kJson = "application/json; charset=utf-8";
constexpr std::string_view kDetails =
    R"({"parent_model":"","format":"gguf","family":"sim","families":["sim"],)"
    R"("parameter_size":"751.63M","quantization_level":"Q4_K_M"})";
constexpr int kNanosecondDigits = 9;

ApiError refusal(int status, std::string message) {
  return {.status = status, .message = std::move(message)};
}

// The members that every line has.
std::string line_head(const Answer& a) {
  return fmt::format(R"({{"model":{},"created_at":"{}")", json_string(a.requested_model),
                     rfc3339(wall_now(), kNanosecondDigits));
}

std::string line(const Answer& a, std::string_view content, std::string_view thinking) {
  const auto shown =
      thinking.empty() ? std::string() : fmt::format(R"(,"thinking":{})", json_string(thinking));
  return fmt::format(R"({},"message":{{"role":"assistant","content":{}{}}},"done":false}})"
                     "\n",
                     line_head(a), json_string(content), shown);
}

// What only the last line has. Durations in nanoseconds.
std::string statistics(const Answer& a) {
  const auto generating = total_time(a) - a.head_delay;
  const auto prompt = a.input_tokens == 0
                          ? std::string()  // omitted, not 0: all of it was cached
                          : fmt::format(R"("prompt_eval_count":{},)", a.input_tokens);
  return fmt::format(R"("done":true,"done_reason":"{}","total_duration":{},"load_duration":{},{})"
                     R"("prompt_eval_duration":{},"eval_count":{},"eval_duration":{}}})",
                     a.cut ? "length" : "stop", total_time(a).count(), a.head_delay.count() / 4,
                     prompt, a.head_delay.count() * 3 / 4, a.output_tokens, generating.count());
}

std::string digest(std::string_view name) {
  return fmt::format("{:064x}", std::hash<std::string_view>{}(name));
}

std::string model_rows(std::span<const ModelScript> models, std::string_view more) {
  std::string rows;
  for (const auto& model : models) {
    fmt::format_to(std::back_inserter(rows),
                   R"({0}{{"name":{1},"model":{1},"size":522653767,"digest":"{2}",)"
                   R"("details":{3}{4}}})",
                   rows.empty() ? "" : ",", json_string(model.name), digest(model.name), kDetails,
                   more);
  }
  return fmt::format(R"({{"models":[{}]}})", rows);
}

class Ollama final : public FakeDialect {
 public:
  Route route(std::string_view path) const override {
    if (path == "/api/chat") return {.to = Route::To::chat};
    if (path == "/api/tags") return {.to = Route::To::models};
    if (path == "/api/ps" || path == "/api/version" || path == "/") {
      return {.to = Route::To::page, .open = true};
    }
    return {};
  }

  Result<ChatRequest, ApiError> read_chat(const ChatCall& call,
                                          const FindModel& find_model) const override {
    const auto& body = call.body;
    if (!body.contains("model") || !body["model"].is_string()) {
      return Err{refusal(400, "model is required")};
    }
    if (!body.contains("messages") || !body["messages"].is_array()) {
      return Err{refusal(400, "json: cannot unmarshal into ChatRequest.messages")};
    }
    const auto name = body["model"].get<std::string>();
    ChatRequest chat;
    chat.model = find_model(name);
    if (chat.model == nullptr) return Err{refusal(404, fmt::format("model '{}' not found", name))};
    if (body.value("think", json()) == true && chat.model->reasoning_tokens == 0) {
      return Err{refusal(400, fmt::format("\"{}\" does not support thinking", name))};
    }
    const auto options = body.value("options", json());
    // Negative: without limit, as the default.
    if (options.is_object() && options.value("num_predict", json()).is_number_unsigned()) {
      chat.max_tokens = options["num_predict"].get<std::uint64_t>();
    }
    chat.stream = body.value("stream", json()) != false;
    chat.input_tokens = estimate_tokens(body["messages"]);
    return chat;
  }

  Headers headers(const HeaderFacts&) const override { return {}; }

  ApiError error(ErrorName name) const override {
    switch (name) {
      case ErrorName::bad_request:
        return refusal(400, "invalid character 'x' looking for beginning of value");
      case ErrorName::auth:
        return refusal(401, "unauthorized");
      case ErrorName::permission:
        return refusal(403, "you do not have access to this model");
      case ErrorName::not_found:
        return refusal(404, "model 'unknown' not found");
      case ErrorName::rate_limited:
        return refusal(429, "you've reached your hourly usage limit, please upgrade to continue");
      case ErrorName::quota_exhausted:
        return refusal(402, "this model requires a subscription, upgrade for access");
      case ErrorName::server_error:
        return refusal(500,
                       "model runner has unexpectedly stopped, this may be due to resource "
                       "limitations or an internal error, check ollama server logs for details");
      case ErrorName::overloaded:
        return refusal(503, "server busy, please try again.  maximum pending requests exceeded");
      case ErrorName::timeout:
        return refusal(504, "timed out waiting for llama runner to start");
    }
    return {};
  }
  Body error_body(const ApiError& e, std::uint64_t) const override {
    const auto sign_in =
        e.status == 401 ? R"(,"signin_url":"https://ollama.com/connect?name=sim&key=FAKE")" : "";
    return {fmt::format(R"({{"error":{}{}}})", json_string(e.message), sign_in), kJson};
  }
  std::string error_event(const ApiError& e, const Answer&, std::size_t) const override {
    return fmt::format("{{\"error\":{}}}\n", json_string(e.message));
  }

  Stream stream(const Answer& a) const override {
    std::vector<StreamEvent> events;
    for (const auto& piece : a.reasoning) events.push_back({line(a, "", piece), true});
    for (const auto& piece : a.text) events.push_back({line(a, piece, ""), true});
    events.push_back({fmt::format(R"({},"message":{{"role":"assistant","content":""}},{})"
                                  "\n",
                                  line_head(a), statistics(a))});
    return {std::move(events), "application/x-ndjson"};
  }
  Body whole(const Answer& a) const override {
    const auto thinking = a.reasoning.empty()
                              ? std::string()
                              : fmt::format(R"(,"thinking":{})", json_string(joined(a.reasoning)));
    return {fmt::format(R"({},"message":{{"role":"assistant","content":{}{}}},{})", line_head(a),
                        json_string(joined(a.text)), thinking, statistics(a)),
            kJson};
  }

  Body models(std::span<const ModelScript> models, const SimRequest&) const override {
    return {model_rows(models, R"(,"modified_at":"2026-10-01T10:00:00.123456789+02:00")"), kJson};
  }
  std::optional<Body> page(std::string_view path,
                           std::span<const ModelScript> models) const override {
    if (path == "/") return Body{"Ollama is running", "text/plain; charset=utf-8"};
    if (path == "/api/version") return Body{R"({"version":"0.99.0"})", kJson};
    const auto expires = rfc3339(wall_now() + std::chrono::minutes(5), kNanosecondDigits);
    return Body{model_rows(models, fmt::format(R"(,"expires_at":"{}","size_vram":522653767,)"
                                               R"("context_length":4096)",
                                               expires)),
                kJson};
  }
};

}  // namespace

const FakeDialect& ollama() {
  static const Ollama dialect;
  return dialect;
}

}  // namespace llm::sim
