#include "dialects/anthropic_messages.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "dialects/error_body.h"
#include "dialects/json.h"
#include "dialects/model_list.h"
#include "dialects/request.h"

namespace llm {

namespace {

Request finish(Request request) {
  default_header(request, "anthropic-version", "2023-06-01");
  return request;
}

// "none" is no degree of effort: thinking is turned off by a member of its own.
void add_effort(const std::string& effort, nlohmann::json& body) {
  if (effort == "none") {
    body["thinking"]["type"] = "disabled";
  } else {
    body["output_config"]["effort"] = effort;
  }
}

Request request(const Target& target, const Credentials& credentials) {
  if (!generates(target.kind)) return finish(catalog_request(target, credentials));
  nlohmann::json body = {
      {"model", target.model},
      {target.token_field, target.max_output_tokens},
      {"messages", {{{"role", "user"}, {"content", target.prompt}}}},
  };
  if (streams(target.kind)) body["stream"] = true;
  if (target.reasoning_effort) add_effort(*target.reasoning_effort, body);
  return finish(post_request(target, credentials, "/messages", std::move(body)));
}

// input_tokens is the uncached part alone, so the whole is known only where all parts are: later
// events repeat some of them, and a sum of some would replace the right one.
Usage read_usage(json::Value usage) {
  Usage out;
  out.uncached_input = json::count(usage, "input_tokens");
  out.cached = json::count(usage, "cache_read_input_tokens");
  out.cache_write = json::count(usage, "cache_creation_input_tokens");
  out.output = json::count(usage, "output_tokens");
  if (const auto details = json::member(usage, "output_tokens_details"))
    out.reasoning = json::count(*details, "thinking_tokens");
  if (out.uncached_input && out.cached && out.cache_write)
    out.input = *out.uncached_input + *out.cached + *out.cache_write;
  return out;
}

// Where all that went in is told at once, a server that names no cache has none.
Usage read_whole_usage(json::Value usage) {
  Usage out = read_usage(usage);
  if (!out.cached && !out.cache_write) out.input = out.uncached_input;
  return out;
}

void read_stop(json::Value message, Reading& out) {
  const auto reason = json::text(message, "stop_reason");
  if (!reason.empty()) out.finish_reason = reason;
  if (reason == "refusal") out.refused = true;
}

void read_message_start(json::Value root, Reading& out) {
  const auto message = json::member(root, "message");
  if (!message) return;
  out.served_model = json::text(*message, "model");
  read_stop(*message, out);
  const auto usage = json::member(*message, "usage");
  if (!usage) return;
  out.usage = read_whole_usage(*usage);
  out.usage->output.reset();  // a placeholder, 1
}

// Signatures, citations and kinds yet unknown say nothing that counts.
void read_delta(json::Value root, Reading& out) {
  const auto delta = json::member(root, "delta");
  if (!delta) return;
  const auto type = json::text(*delta, "type");
  if (type == "text_delta") out.content = json::text(*delta, "text");
  if (type == "thinking_delta") out.reasoning = json::text(*delta, "thinking");
}

void read_message_delta(json::Value root, Reading& out) {
  if (const auto delta = json::member(root, "delta")) read_stop(*delta, out);
  if (const auto usage = json::member(root, "usage")) out.usage = read_usage(*usage);
}

Reading read_event(const Event& event, const Target&) {
  Reading reading;
  const auto root = json::parse(event.data);
  if (root) reading.request_id = json::text(*root, "request_id");  // errors have it
  if (event.name == "error") {
    reading.error = read_error_body(event.data);
    return reading;
  }
  const auto type = root ? json::text(*root, "type") : std::string_view{};
  if (type.empty()) {
    reading.understood = false;
  } else if (type == "message_start") {
    read_message_start(*root, reading);
  } else if (type == "content_block_delta") {
    read_delta(*root, reading);
  } else if (type == "message_delta") {
    read_message_delta(*root, reading);
  } else if (type == "message_stop") {
    reading.terminated = true;
  } else if (type == "error") {
    reading.error = any_error(*root);
  }
  return reading;  // the API promises new types of events: the rest is no concern of ours
}

bool read_content(json::Value root, Reading& out) {
  json::Array blocks;
  const auto content = json::member(root, "content");
  if (!content || content->get(blocks) != simdjson::SUCCESS) return false;
  for (const auto block : blocks) {
    const auto type = json::text(block, "type");
    if (type == "text") out.content += json::text(block, "text");
    if (type == "thinking") out.reasoning += json::text(block, "thinking");
  }
  return true;
}

Reading read_body(std::string_view body, const Target& target) {
  if (!generates(target.kind)) return read_catalog(body, target.kind);
  Reading reading;
  const auto root = json::parse(body);
  if (!root) {
    reading.understood = false;
    return reading;
  }
  reading.understood = read_content(*root, reading);
  if (!reading.understood) {
    reading.error = any_error(*root);
    reading.understood = reading.error.has_value();
    return reading;
  }
  reading.served_model = json::text(*root, "model");
  read_stop(*root, reading);
  if (const auto usage = json::member(*root, "usage")) reading.usage = read_whole_usage(*usage);
  return reading;
}

}  // namespace

const Dialect kAnthropicMessages = {.name = "anthropic-messages",
                                    .request = request,
                                    .read_event = read_event,
                                    .read_body = read_body};

}  // namespace llm
