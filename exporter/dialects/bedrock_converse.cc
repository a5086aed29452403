#include "dialects/bedrock_converse.h"

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
  nlohmann::json message = {{"role", "user"}, {"content", {{{"text", target.prompt}}}}};
  nlohmann::json body = {
      {"messages", nlohmann::json::array({std::move(message)})},
      {"inferenceConfig", {{target.token_field, target.max_output_tokens}}},
  };
  // An ARN has slashes: the id is one segment of the path, encoded once.
  const auto path = "/model/" + percent_encode(target.model) +
                    (streams(target.kind) ? "/converse-stream" : "/converse");
  return post_request(target, credentials, path, std::move(body));
}

// inputTokens is the uncached part alone. A model that names no cache has none.
Usage read_usage(json::Value usage) {
  Usage out;
  out.uncached_input = json::count(usage, "inputTokens");
  out.cached = json::count(usage, "cacheReadInputTokens");
  out.cache_write = json::count(usage, "cacheWriteInputTokens");
  out.output = json::count(usage, "outputTokens");
  if (out.uncached_input)
    out.input = *out.uncached_input + out.cached.value_or(0) + out.cache_write.value_or(0);
  return out;
}

// The `metadata` of a stream, or the members of that name of a whole answer.
void read_metadata(json::Value root, Reading& out) {
  if (const auto usage = json::member(root, "usage")) out.usage = read_usage(*usage);
  const auto metrics = json::member(root, "metrics");
  const auto latency_ms = metrics ? json::count(*metrics, "latencyMs") : std::nullopt;
  if (latency_ms) out.provider_ms = static_cast<double>(*latency_ms);
}

void read_stop(json::Value root, Reading& out) {
  const auto reason = json::text(root, "stopReason");
  if (!reason.empty()) out.finish_reason = reason;
  out.refused = reason == "guardrail_intervened" || reason == "content_filtered";
}

// Signatures, redacted thoughts and kinds yet unknown say nothing that counts.
void read_delta(json::Value root, Reading& out) {
  const auto delta = json::member(root, "delta");
  if (!delta) return;
  out.content = json::text(*delta, "text");
  if (const auto thought = json::member(*delta, "reasoningContent"))
    out.reasoning = json::text(*thought, "text");
}

// A modelled exception, with the reason in its payload, or an error of the transport, whose message
// is all there is.
Reading read_failure(std::string_view type, ProviderError error) {
  Reading reading;
  error.type = type;
  reading.error = std::move(error);
  // After a frame that cannot be read nobody knows how the stream went on.
  reading.terminated = type != "corrupt_frame";
  return reading;
}

Reading read_event(const Event& event, const Target&) {
  constexpr std::string_view kException = "exception:", kError = "error:";
  if (event.name.starts_with(kException))
    return read_failure(event.name.substr(kException.size()), read_error_body(event.data));
  if (event.name.starts_with(kError)) {
    ProviderError error;
    error.message = event.data;
    return read_failure(event.name.substr(kError.size()), std::move(error));
  }

  Reading reading;
  const auto root = json::parse(event.data);
  reading.understood =
      !event.name.empty() && root && root->type() == simdjson::dom::element_type::OBJECT;
  if (!reading.understood) return reading;
  if (event.name == "contentBlockDelta") read_delta(*root, reading);
  if (event.name == "messageStop") read_stop(*root, reading);
  if (event.name == "metadata") {
    read_metadata(*root, reading);
    reading.terminated = true;
  }
  return reading;
}

bool read_content(json::Value root, Reading& out) {
  const auto output = json::member(root, "output");
  const auto message = output ? json::member(*output, "message") : std::nullopt;
  const auto content = message ? json::member(*message, "content") : std::nullopt;
  json::Array blocks;
  if (!content || content->get(blocks) != simdjson::SUCCESS) return false;
  for (const auto block : blocks) {
    out.content += json::text(block, "text");
    const auto thought = json::member(block, "reasoningContent");
    const auto text = thought ? json::member(*thought, "reasoningText") : std::nullopt;
    if (text) out.reasoning += json::text(*text, "text");
  }
  return true;
}

Reading read_body(std::string_view body, const Target& target) {
  if (!generates(target.kind)) return read_model_list(body);
  Reading reading;
  const auto root = json::parse(body);
  reading.understood = root && read_content(*root, reading);
  if (!reading.understood) {
    if (root) reading.error = any_error(*root);
    reading.understood = reading.error.has_value();
    return reading;
  }
  read_stop(*root, reading);
  read_metadata(*root, reading);
  return reading;
}

}  // namespace

const Dialect kBedrockConverse = {"bedrock-converse", Framing::aws_event_stream, request,
                                  read_event, read_body};

}  // namespace llm
