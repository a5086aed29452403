// OpenAI's Chat Completions as its servers write it, and as all those do who copied it: what is
// different about them is in flavour.cc.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "simulator/fake_dialect.h"
#include "simulator/flavour.h"

namespace llm::sim {
namespace {

using nlohmann::json;

constexpr ErrorWords kOpenAiWords[] = {
    {ErrorName::bad_request, 400, "invalid_request_error", "", "The request was refused."},
    {ErrorName::auth, 401, "invalid_request_error", "invalid_api_key",
     "Incorrect API key provided: $key."},
    {ErrorName::permission, 403, "request_forbidden", "unsupported_country_region_territory",
     "Country, region, or territory not supported"},
    {ErrorName::not_found, 404, "invalid_request_error", "model_not_found",
     "The model `$model` does not exist or you do not have access to it."},
    {ErrorName::rate_limited, 429, "requests", "rate_limit_exceeded",
     "Rate limit reached for $model on $what per min. Please try again in $wait."},
    {ErrorName::quota_exhausted, 429, "insufficient_quota", "insufficient_quota",
     "You exceeded your current quota, please check your plan and billing details."},
    {ErrorName::server_error, 500, "server_error", "",
     "The server had an error while processing your request. Sorry about that!"},
    {ErrorName::overloaded, 503, "service_unavailable_error", "server_is_overloaded",
     "The engine is currently overloaded, please try again later."},
    {ErrorName::timeout, 504, "server_error", "", "The request timed out."},
};

const ErrorWords& words_for(const Flavour& flavour, ErrorName name) {
  for (const auto& words : flavour.words) {
    if (words.name == name) return words;
  }
  return kOpenAiWords[static_cast<std::size_t>(name)];
}

ApiError worded(const Flavour& flavour, ErrorName name, const Values& values) {
  const auto& words = words_for(flavour, name);
  return {.status = words.status,
          .type = std::string(words.type),
          .code = std::string(words.code),
          .message = filled(words.message, values),
          .param = std::string(words.param)};
}

ApiError bad_request(std::string message, std::string param = {}, std::string code = {}) {
  return {.status = 400,
          .type = "invalid_request_error",
          .code = std::move(code),
          .message = std::move(message),
          .param = std::move(param)};
}

// Echoes part of the key, as the providers do: the exporter must not repeat it.
std::string masked(std::string_view key) {
  if (key.size() <= 12) return "****";
  return fmt::format("{}{}{}", key.substr(0, 3),
                     std::string(std::min<std::size_t>(key.size() - 7, 32), '*'),
                     key.substr(key.size() - 4));
}

std::string or_null(const std::string& text) { return text.empty() ? "null" : json_string(text); }

std::string wire_number(std::uint64_t number) { return fmt::format("{:06}", number); }

Values error_values(const ApiError& e) {
  return {{"message", json_string(e.message)},
          {"type", or_null(e.type)},
          {"code", or_null(e.code)},
          {"param", or_null(e.param)},
          {"status", std::to_string(e.status)}};
}

std::string error_text(const Flavour& flavour, const ApiError& e) {
  return filled(flavour.error_body, error_values(e));
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

std::optional<ApiError> read_limits(const Flavour& flavour, const json& body, ChatRequest* chat) {
  if (chat->model->reasoning && body.contains("max_tokens")) {
    return bad_request(
        "Unsupported parameter: 'max_tokens' is not supported with this model. "
        "Use 'max_completion_tokens' instead.",
        "max_tokens", "unsupported_parameter");
  }
  if (auto wrong = read_limit(body, "max_tokens", chat)) return wrong;
  if (flavour.ignores_max_completion_tokens) return std::nullopt;
  return read_limit(body, "max_completion_tokens", chat);
}

std::optional<ApiError> read_stream(const Flavour& flavour, const json& body, ChatRequest* chat) {
  chat->stream = body.value("stream", json()) == true;
  const auto options = body.value("stream_options", json());
  if (options.is_null()) return std::nullopt;
  if (flavour.refuses_stream_options) {
    auto error = bad_request("Extra inputs are not permitted: stream_options");
    error.status = 422;
    return error;
  }
  if (flavour.stream_options_need_stream && !chat->stream) {
    return bad_request("stream_options should be set along with stream = true");
  }
  chat->include_usage = options.is_object() && options.value("include_usage", json()) == true;
  return std::nullopt;
}

// The deployment of an Azure path without /v1: /openai/deployments/NAME/chat/completions.
constexpr std::string_view kDeployments = "/openai/deployments/";

std::string deployment_of(std::string_view path) {
  path.remove_prefix(kDeployments.size());
  return percent_decoded(path.substr(0, path.find('/')));
}

Values usage_values(const Answer& a, std::size_t output_tokens) {
  return {{"prompt", std::to_string(a.input_tokens)},
          {"output", std::to_string(output_tokens)},
          {"total", std::to_string(a.input_tokens + output_tokens)},
          {"reasoning", std::to_string(a.reasoning_tokens)},
          {"visible", std::to_string(a.output_tokens - a.reasoning_tokens)},
          {"seconds", fmt::format("{:.4f}", to_seconds(total_time(a)))},
          {"ms", std::to_string(milliseconds(total_time(a)))}};
}

std::string usage_text(const Flavour& flavour, const Answer& a) {
  return filled(flavour.usage, usage_values(a, a.output_tokens));
}

// The members that all chunks and the whole answer share. The fingerprint changes with the version.
std::string envelope(const Flavour& flavour, const Answer& a, std::string_view object) {
  const auto fingerprint =
      fmt::format("{:010x}", std::hash<std::string>{}(a.served_model) & 0xffffffffff);
  return filled(flavour.envelope, {{"object", std::string(object)},
                                   {"number", wire_number(a.number)},
                                   {"created", std::to_string(a.created)},
                                   {"model", json_string(a.served_model)},
                                   {"fingerprint", fingerprint}});
}

std::string closing(const Flavour& flavour, const Answer& a) {
  auto values = usage_values(a, a.output_tokens);
  values.emplace_back("usage", usage_text(flavour, a));
  values.emplace_back("id", request_id(a.number));
  values.emplace_back("created", std::to_string(a.created));
  return filled(flavour.closing_members, values);
}

std::string finish(const Flavour& flavour, const Answer& a) {
  return fmt::format(R"(,"finish_reason":"{}"{})", a.cut ? "length" : flavour.stop,
                     flavour.finish_members);
}

// The events of one streamed answer, in order.
class Chunks {
 public:
  Chunks(const Flavour& flavour, const Answer& answer)
      : flavour_(flavour),
        a_(answer),
        envelope_(envelope(flavour, answer, "chat.completion.chunk")),
        role_due_(flavour.opening == Opening::none) {
    no_usage_ = flavour.usage_null || include_usage_chunk() ? ",\"usage\":null" : "";
  }

  std::vector<StreamEvent> take() && {
    open();
    for (const auto& piece : a_.reasoning) add_token(flavour_.reasoning, piece, "");
    comment();
    const bool thinker = !flavour_.text_of_thinker.empty() && !a_.reasoning.empty();
    for (const auto& piece : a_.text) {
      add_token(thinker ? flavour_.text_of_thinker : flavour_.text, piece, piece);
    }
    close();
    return std::move(events_);
  }

 private:
  // As OpenAI says it: the other chunks then have a null.
  bool include_usage_chunk() const {
    return a_.include_usage && flavour_.usage_at == UsageAt::extra_chunk_if_asked;
  }

  void event(std::string_view head, std::string_view choices, std::string_view members,
             bool token = false) {
    events_.push_back(
        {fmt::format("data: {{{},\"choices\":[{}]{}}}\n\n", head, choices, members), token});
  }
  void comment() {
    if (!flavour_.comment.empty()) events_.push_back({std::string(flavour_.comment)});
  }
  std::string choice(std::string_view delta, std::string_view end, std::string_view visible) {
    return fmt::format(R"({{"index":0,"delta":{{{}}}{}{}}})", delta,
                       filled(flavour_.choice_members, {{"text", json_string(visible)}}), end);
  }
  std::string with_role(std::string_view delta) {
    if (!std::exchange(role_due_, flavour_.role_in_every_delta)) return std::string(delta);
    return fmt::format(R"("role":"assistant"{}{})", delta.empty() ? "" : ",", delta);
  }
  std::string usage_so_far() {
    if (flavour_.usage_at != UsageAt::every_chunk) return std::string(no_usage_);
    return ",\"usage\":" + filled(flavour_.usage_so_far, usage_values(a_, tokens_));
  }

  void open() {
    comment();
    comment();
    if (!flavour_.before_stream.empty()) {
      events_.push_back({std::string(flavour_.before_stream)});
    }
    if (flavour_.opening == Opening::none) return;
    std::string_view delta = R"("role":"assistant","content":"","refusal":null)";
    if (flavour_.opening == Opening::null_text) delta = R"("role":"assistant","content":null)";
    if (flavour_.opening == Opening::role_alone) delta = R"("role":"assistant")";
    const auto extra = filled(flavour_.opening_members, {{"id", request_id(a_.number)}});
    event(envelope_, choice(delta, flavour_.null_members, ""), extra + usage_so_far());
    role_due_ = flavour_.role_in_every_delta;
  }

  void add_token(std::string_view delta, const std::string& piece, std::string_view visible) {
    ++tokens_;
    event(envelope_,
          choice(with_role(filled(delta, {{"text", json_string(piece)}})), flavour_.null_members,
                 visible),
          usage_so_far(), true);
  }

  void close() {
    const auto head = flavour_.last_object == "chat.completion.chunk"
                          ? envelope_
                          : envelope(flavour_, a_, flavour_.last_object);
    const auto usage = ",\"usage\":" + usage_text(flavour_, a_);
    const bool here =
        flavour_.usage_at == UsageAt::finish_chunk || flavour_.usage_at == UsageAt::every_chunk;
    // What closes a chat belongs to its last chunk, wherever the usage is.
    const bool extra = flavour_.usage_at == UsageAt::extra_chunk ||
                       (a_.include_usage && (flavour_.usage_at == UsageAt::extra_chunk_if_asked ||
                                             flavour_.usage_at == UsageAt::odd_chunk_if_asked));
    const auto last = closing(flavour_, a_);
    event(head, choice(with_role(flavour_.last_delta), finish(flavour_, a_), ""),
          (here ? usage : std::string(no_usage_)) + (extra ? "" : last));
    if (extra) {
      const bool odd = flavour_.usage_at == UsageAt::odd_chunk_if_asked;
      event(head, odd ? R"({"index":0,"delta":{}})" : "", usage + last);
    }
    if (!flavour_.terminator.empty()) events_.push_back({std::string(flavour_.terminator)});
  }

  const Flavour& flavour_;
  const Answer& a_;
  const std::string envelope_;
  std::string_view no_usage_;
  bool role_due_;
  std::size_t tokens_ = 0;
  std::vector<StreamEvent> events_;
};

class OpenAiChat final : public FakeDialect {
 public:
  explicit OpenAiChat(const Flavour& flavour) : flavour_(flavour) {}

  Route route(std::string_view path) const override {
    for (const auto& page : flavour_.pages) {
      if (page.path == path) return {.to = Route::To::page, .open = true};
    }
    constexpr std::string_view kChat = "/chat/completions", kModels = "/models";
    if (flavour_.name == "azure" && path.starts_with(kDeployments) && path.ends_with(kChat)) {
      return {.to = Route::To::chat, .model = deployment_of(path)};
    }
    for (const auto base :
         {std::string_view("/v1"), flavour_.base, std::string_view(more_base())}) {
      if (!path.starts_with(base)) continue;
      if (path.substr(base.size()) == kChat) return {.to = Route::To::chat};
      if (path.substr(base.size()) == kModels) {
        return {.to = Route::To::models, .open = flavour_.open_models};
      }
    }
    return {};
  }

  std::string key(const SimRequest& request) const override {
    const auto own =
        flavour_.key_header.empty() ? std::string_view() : header(request, flavour_.key_header);
    return std::string(own.empty() ? bearer_token(request) : own);
  }

  Result<ChatRequest, ApiError> read_chat(const ChatCall& call,
                                          const FindModel& find_model) const override {
    const auto& body = call.body;
    auto name = call.route.model;  // Azure's path decides, whatever the body says
    if (name.empty()) {
      if (!body.contains("model") || !body["model"].is_string()) {
        return Err{bad_request("you must provide a model parameter", "model")};
      }
      name = body["model"].get<std::string>();
    }
    ChatRequest chat;
    chat.model = find_model(name);
    if (chat.model == nullptr) {
      return Err{worded(flavour_, ErrorName::not_found, {{"model", name}})};
    }
    if (!body.contains("messages") || !body["messages"].is_array() || body["messages"].empty()) {
      return Err{bad_request("Missing required parameter: 'messages'.", "messages",
                             "missing_required_parameter")};
    }
    if (auto wrong = read_limits(flavour_, body, &chat)) return Err{*wrong};
    if (auto wrong = read_stream(flavour_, body, &chat)) return Err{*wrong};
    chat.input_tokens = estimate_tokens(body["messages"]);
    return chat;
  }

  Headers headers(const HeaderFacts& facts) const override {
    auto out = own_headers(facts);
    auto limits = limit_headers(flavour_.limits, facts);
    out.insert(out.end(), std::make_move_iterator(limits.begin()),
               std::make_move_iterator(limits.end()));
    if (facts.retry_after && flavour_.retry_after) {
      const auto seconds = to_seconds(*facts.retry_after);
      out.emplace_back("retry-after", fmt::format("{:.0f}", std::ceil(seconds)));
      if (flavour_.limits == LimitFamily::openai || flavour_.limits == LimitFamily::azure) {
        out.emplace_back("retry-after-ms", fmt::format("{:.0f}", std::ceil(seconds * 1e3)));
      }
    }
    return out;
  }

  ApiError error(ErrorName name) const override {
    return worded(flavour_, name,
                  {{"model", "the model"}, {"what", "requests"}, {"wait", "1s"}, {"key", "****"}});
  }
  ApiError wrong_key(std::string_view key) const override {
    auto e = worded(flavour_, ErrorName::auth, {{"key", masked(key)}});
    if (key.empty()) {
      e.status = 401;
      e.message = flavour_.no_key;
      e.code = flavour_.no_key_code;
    }
    return e;
  }
  ApiError limited(const Budget::Shortage& shortage, const ModelScript& model) const override {
    auto e = worded(flavour_, ErrorName::rate_limited,
                    {{"model", model.name},
                     {"what", std::string(shortage.what)},
                     {"wait", go_duration(shortage.wait)}});
    if (e.type == "requests") e.type = shortage.what;
    return e;
  }
  Body error_body(const ApiError& e, std::uint64_t) const override {
    for (const auto& body : flavour_.error_bodies) {
      if (body.status == e.status) return {filled(body.text, error_values(e)), body.type};
    }
    return {error_text(flavour_, e), flavour_.error_type};
  }
  std::string error_event(const ApiError& e, const Answer& a, std::size_t) const override {
    auto values = error_values(e);
    values.emplace_back("error", error_text(flavour_, e));
    values.emplace_back("envelope", envelope(flavour_, a, "chat.completion.chunk"));
    return filled(flavour_.error_event, values);
  }

  Stream stream(const Answer& a) const override { return {Chunks(flavour_, a).take()}; }

  Body whole(const Answer& a) const override {
    const auto text = json_string(joined(a.text));
    const auto message = a.reasoning.empty() ? "\"content\":" + text : thoughtful(a, text);
    return {fmt::format(
        R"({}{{{},"choices":[{{"index":0,"message":{{"role":"assistant",{},"refusal":null,)"
        R"("annotations":[]}}{}}}],"usage":{}{}}})",
        flavour_.before_whole, envelope(flavour_, a, "chat.completion"), message,
        finish(flavour_, a), usage_text(flavour_, a), closing(flavour_, a))};
  }

  Body models(std::span<const ModelScript> models, const SimRequest&) const override {
    std::string rows;
    for (const auto& model : models) {
      rows += rows.empty() ? "" : ",";
      rows += filled(flavour_.model_row, {{"model", json_string(model.name)}});
    }
    if (flavour_.bare_array) return {"[" + rows + "]"};
    return {fmt::format(R"({{"object":"list","data":[{}]}})", rows)};
  }

  std::optional<Body> page(std::string_view path, std::span<const ModelScript>) const override {
    for (const auto& page : flavour_.pages) {
      if (page.path == path) return Body{std::string(page.body), page.type};
    }
    return std::nullopt;
  }

 private:
  // Perplexity lists its models elsewhere.
  std::string_view more_base() const {
    return flavour_.name == "perplexity" ? "/router/v1" : flavour_.base;
  }

  Headers own_headers(const HeaderFacts& facts) const {
    Values values{{"id", request_id(facts.number)}, {"uuid", request_uuid(facts.number)}};
    if (facts.processing) {
      values.emplace_back("ms", std::to_string(milliseconds(*facts.processing)));
      values.emplace_back("s", fmt::format("{:.3f}", to_seconds(*facts.processing)));
    }
    Headers out;
    for (std::string_view rest = flavour_.headers; !rest.empty();) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(line.size() + 1);
      const auto colon = line.find(": ");
      auto value = filled(line.substr(colon + 2), values);
      if (value.find('$') != value.npos) continue;  // not known
      out.emplace_back(std::string(line.substr(0, colon)), std::move(value));
    }
    return out;
  }

  // The message of a whole answer, with its thoughts where a stream has them.
  std::string thoughtful(const Answer& a, std::string_view text) const {
    const auto thoughts = json_string(joined(a.reasoning));
    if (!flavour_.text_of_thinker.empty()) {
      return fmt::format(
          R"("content":[{{"type":"thinking","thinking":[{{"type":"text","text":{}}}]}})"
          R"(,{{"type":"text","text":{}}}])",
          thoughts, text);
    }
    const bool short_name = flavour_.reasoning.find("\"reasoning\":") != std::string_view::npos;
    return fmt::format(R"("{}":{},"content":{})", short_name ? "reasoning" : "reasoning_content",
                       thoughts, text);
  }

  const Flavour& flavour_;
};

}  // namespace

const FakeDialect& openai_chat(std::string_view flavour) {
  static const auto kDialects = [] {
    std::map<std::string_view, OpenAiChat> dialects;
    for (const auto& row : all_flavours()) dialects.emplace(row.name, OpenAiChat(row));
    return dialects;
  }();
  return kDialects.at(find_flavour(flavour).name);
}

}  // namespace llm::sim
