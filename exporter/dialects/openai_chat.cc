#include "dialects/openai_chat.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "dialects/error_body.h"
#include "dialects/json.h"
#include "dialects/model_list.h"
#include "dialects/request.h"

namespace llm {

namespace {

void add_reasoning(const Target& target, nlohmann::json& body) {
  if (!target.reasoning_effort) return;
  const auto off = target.provider->type->reasoning_off;
  if (*target.reasoning_effort == "none" && !off.empty()) {
    body.merge_patch(nlohmann::json::parse(off));
  } else {
    body["reasoning_effort"] = *target.reasoning_effort;
  }
}

Request request(const Target& target, const Credentials& credentials) {
  if (!generates(target.kind)) return catalog_request(target, credentials);
  const auto& type = *target.provider->type;
  nlohmann::json body = {
      {"model", target.model},
      {"messages", {{{"role", "user"}, {"content", target.prompt}}}},
      {target.token_field, target.max_output_tokens},
  };
  add_reasoning(target, body);
  if (streams(target.kind)) {
    body["stream"] = true;
    if (type.stream_options) body["stream_options"]["include_usage"] = true;
    // OpenAI pads its chunks to a random length unless told not to; others refuse the member.
    if (type.obfuscation) body["stream_options"]["include_obfuscation"] = false;
  }
  return post_request(target, credentials, "/chat/completions", std::move(body));
}

std::optional<std::uint64_t> detail(json::Value usage, std::string_view object,
                                    std::string_view key) {
  const auto details = json::member(usage, object);
  return details ? json::count(*details, key) : std::nullopt;
}

// First that is known.
template <class... More>
std::optional<std::uint64_t> either(std::optional<std::uint64_t> first, More... more) {
  for (const auto& next : {first, more...}) {
    if (next) return next;
  }
  return std::nullopt;
}

Usage read_usage(json::Value usage, bool reasoning_in_output) {
  Usage out;
  out.input = json::count(usage, "prompt_tokens");
  out.output = json::count(usage, "completion_tokens");
  // Besides OpenAI's: DeepSeek's, Together's and Mistral's names for the same.
  out.cached = either(detail(usage, "prompt_tokens_details", "cached_tokens"),
                      json::count(usage, "prompt_cache_hit_tokens"),
                      json::count(usage, "cached_tokens"), json::count(usage, "num_cached_tokens"));
  out.cache_write = detail(usage, "prompt_tokens_details", "cache_write_tokens");
  out.reasoning = either(detail(usage, "completion_tokens_details", "reasoning_tokens"),
                         json::count(usage, "reasoning_tokens"));
  if (out.input && out.cached && *out.cached <= *out.input)
    out.uncached_input = *out.input - *out.cached;
  // Unless the total says that it is in there after all.
  const auto total = json::count(usage, "total_tokens");
  const bool counted = total && out.input && out.output && *total == *out.input + *out.output;
  if (!reasoning_in_output && !counted && out.output && out.reasoning)
    *out.output += *out.reasoning;
  return out;
}

// Text of a message or delta: a string, null, or Mistral's array of typed parts. False: none of
// these.
bool read_content(json::Value content, Reading& out) {
  if (json::is_string(content)) {
    out.content += json::as_text(content);
    return true;
  }
  json::Array parts;
  if (content.get(parts) != simdjson::SUCCESS) return false;
  for (const auto part : parts) {
    out.content += json::text(part, "text");
    json::Array thoughts;
    const auto thinking = json::member(part, "thinking");
    if (!thinking || thinking->get(thoughts) != simdjson::SUCCESS) continue;
    for (const auto thought : thoughts) out.reasoning += json::text(thought, "text");
  }
  return true;
}

// A delta or a whole message. Its role says nothing: several providers send the first token with
// it.
bool read_message(json::Value message, Reading& out) {
  if (message.type() != simdjson::dom::element_type::OBJECT) return false;
  // vLLM changed the name between releases and may send both with the same text.
  const auto reasoning = json::text(message, "reasoning");
  out.reasoning += reasoning.empty() ? json::text(message, "reasoning_content") : reasoning;
  const auto content = json::member(message, "content");
  if (content && !read_content(*content, out)) return false;
  const auto refusal = json::text(message, "refusal");
  out.content += refusal;
  out.refused = out.refused || !refusal.empty();
  return true;
}

bool read_choice(json::Value choice, std::string_view message_key, Reading& out) {
  if (choice.type() != simdjson::dom::element_type::OBJECT) return false;
  const auto message = json::member(choice, message_key);
  if (message && !read_message(*message, out)) return false;
  const auto reason = json::text(choice, "finish_reason");
  if (!reason.empty()) out.finish_reason = reason;
  if (reason == "content_filter") out.refused = true;
  if (!out.error) out.error = nested_error(choice);
  if (reason == "error") {  // OpenRouter: the provider behind it failed
    if (!out.error) out.error.emplace();
    if (out.error->reason.empty()) out.error->reason = "upstream_error";
  }
  return true;
}

// Groq and Cerebras tell their own time in seconds.
void read_seconds(std::optional<json::Value> times, Reading& out) {
  if (!times) return;
  const auto total = json::number(*times, "total_time");
  if (total && *total >= 0) out.provider_ms = *total * 1e3;
  constexpr std::pair<const char*, const char*> kParts[] = {{"queue_time", "queue_ms"},
                                                            {"prompt_time", "prompt_ms"},
                                                            {"completion_time", "completion_ms"}};
  for (const auto& [theirs, ours] : kParts) {
    if (const auto seconds = json::number(*times, theirs))
      out.timings.push_back({ours, *seconds * 1e3});
  }
}

// Groq's own member: usage, the request's id, and an error that is a bare word.
void read_groq(json::Value groq, bool reasoning_in_output, Reading& out) {
  if (const auto id = json::text(groq, "id"); !id.empty()) out.request_id = id;
  if (const auto usage = json::member(groq, "usage"); usage && !out.usage) {
    out.usage = read_usage(*usage, reasoning_in_output);
    read_seconds(usage, out);
  }
  const auto error = json::member(groq, "error");
  if (!error || out.error) return;
  out.error = nested_error(groq);
  if (out.error && json::is_string(*error)) out.error->type = std::exchange(out.error->message, {});
}

// llama.cpp: times of the whole prompt and the whole answer, among rates and counts.
void read_milliseconds(json::Value times, Reading& out) {
  for (const auto* name : {"prompt_ms", "predicted_ms"}) {
    if (const auto ms = json::number(times, name)) out.timings.push_back({name, *ms});
  }
}

// What the answer cost by the provider's own account: xAI counts ticks, Perplexity has parts and
// their sum, OpenRouter a number (providers.md §6).
std::optional<double> read_cost_usd(json::Value usage) {
  constexpr double kTicksPerUsd = 1e10;
  if (const auto ticks = json::number(usage, "cost_in_usd_ticks")) return *ticks / kTicksPerUsd;
  if (const auto cost = json::number(usage, "cost")) return cost;
  const auto parts = json::member(usage, "cost");
  return parts ? json::number(*parts, "total_cost") : std::nullopt;
}

// What chunks and whole answers have in common.
void read_envelope(json::Value root, const Target& target, Reading& out) {
  const bool reasoning_in_output = target.provider->type->reasoning_in_output;
  out.served_model = json::text(root, "model");
  out.system_fingerprint = json::text(root, "system_fingerprint");
  out.served_provider = json::text(root, "provider");
  // OpenRouter's, for when the header is not there (providers.md §1.8).
  if (const auto id = json::text(root, "id"); id.starts_with("gen-")) out.request_id = id;
  out.error = nested_error(root);
  const auto usage = json::member(root, "usage");
  if (usage) {
    out.usage = read_usage(*usage, reasoning_in_output);
    out.cost_usd = read_cost_usd(*usage);
  }
  read_seconds(usage, out);
  read_seconds(json::member(root, "time_info"), out);
  if (const auto timings = json::member(root, "timings")) read_milliseconds(*timings, out);
  if (const auto groq = json::member(root, "x_groq")) read_groq(*groq, reasoning_in_output, out);
}

bool read_choices(json::Value root, std::string_view message_key, Reading& out) {
  const auto choices = json::member(root, "choices");
  if (!choices) return true;
  if (choices->type() != simdjson::dom::element_type::ARRAY) return false;
  const auto choice = json::first(choices);
  return !choice || read_choice(*choice, message_key, out);
}

Reading not_understood() {
  Reading reading;
  reading.understood = false;
  return reading;
}

Reading read_event(const Event& event, const Target& target) {
  Reading reading;
  if (event.data.starts_with("[DONE]")) {
    reading.terminated = true;
    return reading;
  }
  if (event.name == "error") {
    reading.error = read_error_body(event.data);
    return reading;
  }
  const auto root = json::parse(event.data);
  if (!root || root->type() != simdjson::dom::element_type::OBJECT) return not_understood();
  read_envelope(*root, target, reading);
  reading.understood = read_choices(*root, "delta", reading);
  if (!reading.error && !json::member(*root, "choices")) reading.error = flat_error(*root);
  reading.terminated = json::text(*root, "object") == "chat.completion.done";  // Perplexity
  return reading;
}

Reading read_body(std::string_view body, const Target& target) {
  if (!generates(target.kind)) return read_catalog(body, target.kind);
  const auto root = json::parse(body);
  if (!root || root->type() != simdjson::dom::element_type::OBJECT) return not_understood();
  Reading reading;
  read_envelope(*root, target, reading);
  const bool has_choice = json::first(json::member(*root, "choices")).has_value();
  reading.understood = read_choices(*root, "message", reading);
  if (!reading.error && !has_choice) reading.error = flat_error(*root);
  if (!has_choice && !reading.error) return not_understood();
  return reading;
}

}  // namespace

const Dialect kOpenaiChat = {
    .name = "openai-chat", .request = request, .read_event = read_event, .read_body = read_body};

}  // namespace llm
