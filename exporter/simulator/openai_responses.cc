// OpenAI's Responses as its servers write it (providers.md §2.1 of the project's notes). Its key,
// its headers, its errors and its list of models are those of the chat.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "simulator/fake_dialect.h"

namespace llm::sim {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMinOutputTokens = 16;

ApiError bad_request(std::string message, std::string param, std::string code = {}) {
  return {.status = 400,
          .type = "invalid_request_error",
          .code = std::move(code),
          .message = std::move(message),
          .param = std::move(param)};
}

std::optional<ApiError> wrong_field(const json& body) {
  if (!body.contains("model") || !body["model"].is_string()) {
    return bad_request("you must provide a model parameter", "model");
  }
  const auto input = body.value("input", json());
  if ((!input.is_string() && !input.is_array()) || input.empty()) {
    return bad_request("Missing required parameter: 'input'.", "input",
                       "missing_required_parameter");
  }
  for (const auto* chats : {"max_tokens", "max_completion_tokens", "messages"}) {
    if (!body.contains(chats)) continue;
    return bad_request(fmt::format("Unsupported parameter: '{}'. In the Responses API, this "
                                   "parameter has moved.",
                                   chats),
                       chats, "unsupported_parameter");
  }
  const auto limit = body.value("max_output_tokens", json());
  if (!limit.is_null() &&
      (!limit.is_number_unsigned() || limit.get<std::uint64_t>() < kMinOutputTokens)) {
    return bad_request(fmt::format("Invalid 'max_output_tokens': integer below minimum value. "
                                   "Expected a value >= {}, but got {} instead.",
                                   kMinOutputTokens, limit.dump()),
                       "max_output_tokens", "integer_below_min_value");
  }
  return std::nullopt;
}

std::string or_null(const std::string& text) { return text.empty() ? "null" : json_string(text); }

std::string usage(const Answer& a) {
  return fmt::format(
      R"({{"input_tokens":{},"input_tokens_details":{{"cached_tokens":0}},"output_tokens":{},)"
      R"("output_tokens_details":{{"reasoning_tokens":{}}},"total_tokens":{}}})",
      a.input_tokens, a.output_tokens, a.reasoning_tokens, a.input_tokens + a.output_tokens);
}

std::string message_id(const Answer& a) { return fmt::format("msg_sim{:06}", a.number); }
std::string reasoning_id(const Answer& a) { return fmt::format("rs_sim{:06}", a.number); }

std::string reasoning_item(const Answer& a) {
  const auto summary = a.reasoning.empty() ? std::string()
                                           : fmt::format(R"({{"type":"summary_text","text":{}}})",
                                                         json_string(joined(a.reasoning)));
  return fmt::format(R"({{"id":"{}","type":"reasoning","summary":[{}]}})", reasoning_id(a),
                     summary);
}
std::string text_part(std::string_view text) {
  return fmt::format(R"({{"type":"output_text","annotations":[],"logprobs":[],"text":{}}})",
                     json_string(text));
}
std::string message_item(const Answer& a, std::string_view status, std::string_view content) {
  return fmt::format(
      R"({{"id":"{}","type":"message","status":"{}","content":[{}],"role":"assistant"}})",
      message_id(a), status, content);
}

std::string_view final_status(const Answer& a) { return a.cut ? "incomplete" : "completed"; }

std::string output(const Answer& a) {
  std::string items;
  if (a.reasoning_tokens > 0) items = reasoning_item(a);
  if (!a.text.empty()) {
    items +=
        (items.empty() ? "" : ",") + message_item(a, final_status(a), text_part(joined(a.text)));
  }
  return items;
}

struct State {
  std::string_view status = "in_progress";
  std::string output = {}, error = "null", usage = "null";
};

std::string response(const Answer& a, const State& state) {
  const auto* incomplete =
      state.status == "incomplete" ? R"({"reason":"max_output_tokens"})" : "null";
  return fmt::format(
      R"({{"id":"resp_sim{:06}","object":"response","created_at":{},"status":"{}",)"
      R"("background":false,"error":{},"incomplete_details":{},"instructions":null,)"
      R"("max_output_tokens":{},"max_tool_calls":null,"model":{},"output":[{}],)"
      R"("parallel_tool_calls":true,"previous_response_id":null,"reasoning":{{"effort":null,)"
      R"("summary":null}},"service_tier":"default","store":false,"temperature":1,)"
      R"("text":{{"format":{{"type":"text"}},"verbosity":"medium"}},"tool_choice":"auto",)"
      R"("tools":[],"top_logprobs":0,"top_p":1,"truncation":"disabled","usage":{},"user":null,)"
      R"("metadata":{{}}}})",
      a.number, a.created, state.status, state.error, incomplete,
      a.max_tokens ? std::to_string(*a.max_tokens) : "null", json_string(a.served_model),
      state.output, state.usage);
}

std::string event(std::string_view type, std::size_t sequence, std::string_view members) {
  return server_sent(
      fmt::format(R"({{"type":"{}","sequence_number":{},{}}})", type, sequence, members), type);
}

class Events {
 public:
  explicit Events(const Answer& answer) : a_(answer) {}

  std::vector<StreamEvent> take() && {
    const auto started = "\"response\":" + response(a_, {});
    add("response.created", started);
    add("response.in_progress", started);
    if (a_.reasoning_tokens > 0) reason();
    if (!a_.text.empty()) speak();
    add(a_.cut ? "response.incomplete" : "response.completed",
        "\"response\":" +
            response(a_, {.status = final_status(a_), .output = output(a_), .usage = usage(a_)}));
    return std::move(events_);
  }

 private:
  void add(std::string_view type, std::string_view members, bool token = false) {
    events_.push_back({event(type, events_.size(), members), token});
  }
  void add_item(std::string_view what, std::string_view item) {
    add(fmt::format("response.output_item.{}", what),
        fmt::format(R"("output_index":{},"item":{})", index_, item));
  }
  // `place`: which part of which item.
  void add_text(std::string_view name, std::string_view place,
                const std::vector<std::string>& pieces, std::string_view more) {
    for (const auto& piece : pieces) {
      add(fmt::format("response.{}.delta", name),
          fmt::format(R"({},"delta":{}{},"obfuscation":"{}")", place, json_string(piece), more,
                      std::string(1 + (a_.number + events_.size()) % 16, 'x')),
          true);
    }
    add(fmt::format("response.{}.done", name),
        fmt::format(R"({},"text":{}{})", place, json_string(joined(pieces)), more));
  }

  void reason() {
    add_item("added",
             fmt::format(R"({{"id":"{}","type":"reasoning","summary":[]}})", reasoning_id(a_)));
    if (!a_.reasoning.empty()) {
      const auto place = fmt::format(R"("item_id":"{}","output_index":{},"summary_index":0)",
                                     reasoning_id(a_), index_);
      const auto part = [&](std::string_view what, const std::string& text) {
        add(fmt::format("response.reasoning_summary_part.{}", what),
            fmt::format(R"({},"part":{{"type":"summary_text","text":{}}})", place,
                        json_string(text)));
      };
      part("added", "");
      add_text("reasoning_summary_text", place, a_.reasoning, "");
      part("done", joined(a_.reasoning));
    }
    add_item("done", reasoning_item(a_));
    ++index_;
  }

  void speak() {
    add_item("added", message_item(a_, "in_progress", ""));
    const auto place = fmt::format(R"("item_id":"{}","output_index":{},"content_index":0)",
                                   message_id(a_), index_);
    add("response.content_part.added", fmt::format(R"({},"part":{})", place, text_part("")));
    add_text("output_text", place, a_.text, R"(,"logprobs":[])");
    const auto whole = text_part(joined(a_.text));
    add("response.content_part.done", fmt::format(R"({},"part":{})", place, whole));
    add_item("done", message_item(a_, final_status(a_), whole));
    ++index_;
  }

  const Answer& a_;
  std::vector<StreamEvent> events_;
  int index_ = 0;
};

class OpenAiResponses final : public FakeDialect {
 public:
  Route route(std::string_view path) const override {
    if (path == "/v1/responses") return {.to = Route::To::chat};
    if (path == "/v1/models") return {.to = Route::To::models};
    return {};
  }
  Result<ChatRequest, ApiError> read_chat(const ChatCall& call,
                                          const FindModel& find_model) const override {
    const auto& body = call.body;
    if (auto wrong = wrong_field(body)) return Err{*wrong};
    const auto name = body["model"].get<std::string>();
    ChatRequest chat;
    chat.model = find_model(name);
    if (chat.model == nullptr) {
      auto missing = error(ErrorName::not_found);
      missing.message = fmt::format("The requested model '{}' does not exist.", name);
      missing.param = "model";
      return Err{missing};
    }
    if (const auto limit = body.value("max_output_tokens", json()); !limit.is_null()) {
      chat.max_tokens = limit.get<std::uint64_t>();
    }
    chat.stream = body.value("stream", json()) == true;
    chat.input_tokens = estimate_tokens(body["input"]);
    return chat;
  }
  Headers headers(const HeaderFacts& facts) const override { return chat_.headers(facts); }

  ApiError error(ErrorName name) const override { return chat_.error(name); }
  ApiError wrong_key(std::string_view key) const override { return chat_.wrong_key(key); }
  ApiError limited(const Budget::Shortage& shortage, const ModelScript& model) const override {
    return chat_.limited(shortage, model);
  }
  Body error_body(const ApiError& e, std::uint64_t number) const override {
    return chat_.error_body(e, number);
  }
  // As recorded: an error event, then the same once more as the response's own state.
  std::string error_event(const ApiError& e, const Answer& a, std::size_t sent) const override {
    const auto code = or_null(e.code.empty() ? e.type : e.code);
    const auto words = fmt::format(R"("error":{{"type":{},"code":{},"message":{},"param":{}}})",
                                   or_null(e.type), code, json_string(e.message), or_null(e.param));
    const State failed{
        .status = "failed",
        .error = fmt::format(R"({{"code":{},"message":{}}})", code, json_string(e.message))};
    return event("error", sent, words) +
           event("response.failed", sent + 1, "\"response\":" + response(a, failed));
  }

  Stream stream(const Answer& a) const override { return {Events(a).take()}; }
  Body whole(const Answer& a) const override {
    return {response(a, {.status = final_status(a), .output = output(a), .usage = usage(a)})};
  }
  Body models(std::span<const ModelScript> models, const SimRequest& request) const override {
    return chat_.models(models, request);
  }

 private:
  const FakeDialect& chat_ = openai_chat("openai");
};

}  // namespace

const FakeDialect& openai_responses() {
  static const OpenAiResponses dialect;
  return dialect;
}

}  // namespace llm::sim
