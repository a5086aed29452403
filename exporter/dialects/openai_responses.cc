#include "dialects/openai_responses.h"

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
      {"input", target.prompt},
      {target.token_field, target.max_output_tokens},
      {"store", false},  // kept for 30 days unless told not to
  };
  if (target.reasoning_effort) body["reasoning"]["effort"] = *target.reasoning_effort;
  if (streams(target.kind)) {
    body["stream"] = true;
    // OpenAI pads its events to a random length unless told not to; others refuse the member.
    if (target.provider->type->obfuscation) body["stream_options"]["include_obfuscation"] = false;
  }
  return post_request(target, credentials, "/responses", std::move(body));
}

std::optional<std::uint64_t> detail(json::Value usage, std::string_view object,
                                    std::string_view key) {
  const auto details = json::member(usage, object);
  return details ? json::count(*details, key) : std::nullopt;
}

// xAI's unit of money is 1e-10 US dollars.
std::optional<double> read_cost(json::Value usage) {
  const auto ticks = json::number(usage, "cost_in_usd_ticks");
  constexpr double kMaxTicks = 1e16;  // a million dollars for one answer is nonsense
  if (!ticks || *ticks < 0 || *ticks > kMaxTicks) return std::nullopt;
  return *ticks * 1e-10;
}

Usage read_usage(json::Value usage) {
  Usage out;
  out.input = json::count(usage, "input_tokens");
  out.output = json::count(usage, "output_tokens");
  out.cached = detail(usage, "input_tokens_details", "cached_tokens");
  out.cache_write = detail(usage, "input_tokens_details", "cache_write_tokens");
  out.reasoning = detail(usage, "output_tokens_details", "reasoning_tokens");
  if (out.input && out.cached && *out.cached <= *out.input)
    out.uncached_input = *out.input - *out.cached;
  // Output includes reasoning, by the specification; the total tells who counts it apart, as xAI
  // does in its Chat API.
  const auto total = json::count(usage, "total_tokens");
  if (out.input && out.output && out.reasoning && *out.reasoning > 0 &&
      total == *out.input + *out.output + *out.reasoning)
    *out.output += *out.reasoning;
  return out;
}

void read_status(json::Value response, Reading& out) {
  const auto status = json::text(response, "status");
  if (!status.empty()) out.finish_reason = status;
  if (status != "incomplete") return;
  const auto details = json::member(response, "incomplete_details");
  const auto reason = details ? json::text(*details, "reason") : std::string_view{};
  if (!reason.empty()) out.finish_reason = reason;
  out.refused = reason == "content_filter";
}

// The response as it stands in a whole answer and in the last event of a stream.
void read_end(json::Value response, Reading& out) {
  out.served_model = json::text(response, "model");
  out.error = nested_error(response);
  if (!out.error && json::text(response, "status") == "failed") out.error.emplace();
  if (!out.error) read_status(response, out);
  const auto usage = json::member(response, "usage");
  if (!usage) return;
  out.usage = read_usage(*usage);
  out.cost_usd = read_cost(*usage);
}

bool read_response_event(std::string_view type, json::Value root, Reading& out) {
  const auto response = json::member(root, "response");
  if (!response || response->type() != simdjson::dom::element_type::OBJECT) return false;
  out.terminated =
      type == "response.completed" || type == "response.incomplete" || type == "response.failed";
  if (out.terminated) {
    read_end(*response, out);
  } else {
    out.served_model = json::text(*response, "model");
  }
  return true;
}

// Two shapes: members at the top (specification) or under `error` (recorded). A `response.failed`
// may follow, which tells the same again.
Reading read_error(std::string_view data) {
  Reading reading;
  reading.error = read_error_body(data);
  if (reading.error->type == "error") reading.error->type.clear();  // the name of the event
  reading.terminated = true;
  return reading;
}

bool is_response_event(std::string_view type) {
  return type == "response.created" || type == "response.in_progress" ||
         type == "response.queued" || type == "response.completed" ||
         type == "response.incomplete" || type == "response.failed";
}

Reading read_event(const Event& event, const Target&) {
  if (event.name == "error") return read_error(event.data);
  Reading reading;
  if (event.data.starts_with("[DONE]")) {  // not of the specification; gateways send it
    reading.terminated = true;
    return reading;
  }
  const auto root = json::parse(event.data);
  const auto type = root ? json::text(*root, "type") : std::string_view{};
  if (type.empty() || type == "error") {
    const auto error = root ? any_error(*root) : std::nullopt;
    if (error) return read_error(event.data);
    reading.understood = false;
  } else if (is_response_event(type)) {
    reading.understood = read_response_event(type, *root, reading);
  } else if (type == "response.output_text.delta") {
    reading.content = json::text(*root, "delta");
  } else if (type == "response.refusal.delta") {
    reading.content = json::text(*root, "delta");
    reading.refused = true;
  } else if (type == "response.reasoning_text.delta" ||
             type == "response.reasoning_summary_text.delta") {
    reading.reasoning = json::text(*root, "delta");
  }
  return reading;  // the others frame what these say, or repeat it
}

void read_parts(std::optional<json::Value> parts, Reading& out) {
  json::Array list;
  if (!parts || parts->get(list) != simdjson::SUCCESS) return;
  for (const auto part : list) {
    const auto type = json::text(part, "type");
    if (type == "output_text") out.content += json::text(part, "text");
    if (type == "reasoning_text" || type == "summary_text")
      out.reasoning += json::text(part, "text");
    if (type != "refusal") continue;
    out.content += json::text(part, "refusal");
    out.refused = true;
  }
}

bool read_output(json::Value root, Reading& out) {
  const auto output = json::member(root, "output");
  json::Array items;
  if (!output || output->get(items) != simdjson::SUCCESS) return false;
  for (const auto item : items) {
    read_parts(json::member(item, "summary"), out);
    read_parts(json::member(item, "content"), out);
  }
  return true;
}

Reading read_body(std::string_view body, const Target& target) {
  if (!generates(target.kind)) return read_model_list(body);
  Reading reading;
  const auto root = json::parse(body);
  if (root && read_output(*root, reading)) {
    const bool refused = reading.refused;
    read_end(*root, reading);
    reading.refused = reading.refused || refused;
    return reading;
  }
  if (root) reading.error = any_error(*root);
  reading.understood = reading.error.has_value();
  return reading;
}

}  // namespace

const Dialect kOpenaiResponses = {"openai-responses", Framing::sse, request, read_event, read_body};

}  // namespace llm
