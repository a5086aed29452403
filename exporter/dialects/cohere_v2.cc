#include "dialects/cohere_v2.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "dialects/error_body.h"
#include "dialects/json.h"
#include "dialects/model_list.h"
#include "dialects/request.h"

namespace llm {

namespace {

Request request(const Target& target, const Credentials& credentials) {
  if (!generates(target.kind)) return catalog_request(target, credentials);
  nlohmann::json body = {
      {"model", target.model},
      {"messages", {{{"role", "user"}, {"content", target.prompt}}}},
      {target.token_field, target.max_output_tokens},
      {"stream", streams(target.kind)},
  };
  // There are no degrees of it.
  if (target.reasoning_effort)
    body["thinking"]["type"] = *target.reasoning_effort == "none" ? "disabled" : "enabled";
  return post_request(target, credentials, "/v2/chat", std::move(body));
}

// The specification has them as numbers: 12 may come as 12.0.
std::optional<std::uint64_t> count(json::Value object, std::string_view key) {
  const auto number = json::number(object, key);
  if (!number || *number < 0 || *number > static_cast<double>(json::kMaxCount)) return std::nullopt;
  const auto whole = static_cast<std::uint64_t>(*number);
  return static_cast<double>(whole) == *number ? std::optional(whole) : std::nullopt;
}

// What the model saw and what is billed differ widely.
Usage read_usage(json::Value usage) {
  Usage out;
  if (const auto tokens = json::member(usage, "tokens")) {
    out.input = count(*tokens, "input_tokens");
    out.output = count(*tokens, "output_tokens");
  }
  if (const auto billed = json::member(usage, "billed_units")) {
    out.billed_input = count(*billed, "input_tokens");
    out.billed_output = count(*billed, "output_tokens");
  }
  out.cached = count(usage, "cached_tokens");
  if (out.input && out.cached && *out.cached <= *out.input)
    out.uncached_input = *out.input - *out.cached;
  return out;
}

// Finish reasons that are failures: an answer that ends in one is whole and yet none.
struct Failure {
  std::string_view finish_reason, reason;  // and the word our classes know it by
};
constexpr Failure kFailures[] = {
    {"ERROR", ""},
    {"ERROR_LIMIT", "context_length_exceeded"},
    {"TIMEOUT", "timeout_error"},
};

// The end of an answer: `error` is a sentence, or missing even where the reason is ERROR.
void read_end(json::Value end, Reading& out) {
  const auto reason = json::text(end, "finish_reason");
  if (!reason.empty()) out.finish_reason = reason;
  if (const auto usage = json::member(end, "usage")) out.usage = read_usage(*usage);
  out.refused = reason == "ERROR_TOXIC";
  out.error = nested_error(end);
  for (const auto& failure : kFailures) {
    if (reason != failure.finish_reason) continue;
    if (!out.error) out.error.emplace();
    if (out.error->code.empty()) out.error->code = reason;
    if (out.error->reason.empty()) out.error->reason = failure.reason;
  }
}

// A delta's content, or a part of a whole message's.
void read_content(json::Value content, Reading& out) {
  out.reasoning += json::text(content, "thinking");
  out.content += json::text(content, "text");
}

void read_delta(json::Value delta, Reading& out) {
  const auto message = json::member(delta, "message");
  const auto content = message ? json::member(*message, "content") : std::nullopt;
  if (content) read_content(*content, out);
}

Reading read_event(const Event& event, const Target&) {
  Reading reading;
  if (event.data.starts_with("[DONE]")) return reading;  // some add it; message-end is the end
  const auto root = json::parse(event.data);
  reading.understood = root && root->type() == simdjson::dom::element_type::OBJECT;
  if (!reading.understood) return reading;
  const auto said = json::text(*root, "type");
  const auto type = said.empty() ? event.name : said;
  const auto delta = json::member(*root, "delta");
  if (type == "content-delta") {
    if (delta) read_delta(*delta, reading);
  } else if (type == "message-end") {
    if (delta) read_end(*delta, reading);
    reading.terminated = true;
  } else if (type == "error") {
    reading.error = read_error_body(event.data);
  } else if (type.empty()) {
    reading.error = any_error(*root);
    reading.understood = reading.error.has_value();
  }
  return reading;  // tools, citations and kinds yet unknown say nothing that counts
}

Reading read_body(std::string_view body, const Target& target) {
  if (!generates(target.kind)) return read_catalog(body, target.kind);
  Reading reading;
  const auto root = json::parse(body);
  const auto message = root ? json::member(*root, "message") : std::nullopt;
  // An error has a sentence there.
  if (!message || message->type() != simdjson::dom::element_type::OBJECT) {
    if (root) reading.error = any_error(*root);
    reading.understood = reading.error.has_value();
    return reading;
  }
  json::Array parts;
  const auto content = json::member(*message, "content");
  if (content && content->get(parts) == simdjson::SUCCESS) {
    for (const auto part : parts) read_content(part, reading);
  }
  read_end(*root, reading);
  return reading;
}

}  // namespace

const Dialect kCohereV2 = {.name = "cohere-v2",
                           .framing = Framing::sse,
                           .request = request,
                           .read_event = read_event,
                           .read_body = read_body};

}  // namespace llm
