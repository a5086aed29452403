#include "dialects/gemini.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "dialects/error_body.h"
#include "dialects/json.h"
#include "dialects/model_list.h"
#include "dialects/request.h"

namespace llm {

namespace {

bool is_vertex(const Provider& provider) { return provider.type->auth == Auth::google; }

// ---- Asking.

// The path of a model as its list names it ("models/gemini-2.5-flash") or without the collection.
std::string model_path(const Provider& provider, std::string_view model) {
  if (!is_vertex(provider)) {
    const bool whole = model.starts_with("models/") || model.starts_with("tunedModels/");
    return (whole ? "/" : "/models/") + percent_encode(model, "/");
  }
  const bool whole = model.starts_with("publishers/") || model.starts_with("projects/");
  std::string path = (whole ? "/" : "/publishers/google/models/") + percent_encode(model, "/");
  // An express key belongs to one project and names none.
  if (provider.project.empty() || model.starts_with("projects/")) return path;
  const std::string location = provider.region.empty() ? "global" : provider.region;
  return "/projects/" + percent_encode(provider.project) + "/locations/" +
         percent_encode(location) + path;
}

// Levels are the newer models' way, but only a budget of 0 turns thinking off.
nlohmann::json thinking(std::string effort) {
  if (effort == "none") return {{"thinkingBudget", 0}};
  std::ranges::transform(effort, effort.begin(), [](unsigned char c) { return std::toupper(c); });
  return {{"thinkingLevel", std::move(effort)}};
}

// Vertex has its list in a version of its own.
Request list_request(const Target& target, const Credentials& credentials) {
  const auto& provider = *target.provider;
  Request request = catalog_request(target, credentials);
  const auto& base = provider.base_url;
  if (is_vertex(provider) && base.ends_with("/v1") && request.url.starts_with(base + "/"))
    request.url.insert(base.size(), "beta1");
  return request;
}

Request request(const Target& target, const Credentials& credentials) {
  if (!generates(target.kind)) return list_request(target, credentials);
  nlohmann::json body = {
      {"contents", {{{"role", "user"}, {"parts", {{{"text", target.prompt}}}}}}},
      {"generationConfig", {{target.token_field, target.max_output_tokens}}},
  };
  if (target.reasoning_effort)
    body["generationConfig"]["thinkingConfig"] = thinking(*target.reasoning_effort);
  const auto* method = streams(target.kind) ? ":streamGenerateContent?alt=sse" : ":generateContent";
  return post_request(target, credentials, model_path(*target.provider, target.model) + method,
                      std::move(body));
}

// ---- Reading.

// Finish reasons of the filters; of the others some are odd, but none is a refusal.
constexpr std::string_view kRefusals[] = {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT",
                                          "SPII",   "MODEL_ARMOR"};

bool is_said(std::string_view reason) {
  return !reason.empty() && !reason.ends_with("REASON_UNSPECIFIED");
}

// Counts of 0 are left out: where the total is reached without it, a missing one is 0.
Usage read_usage(json::Value usage) {
  Usage out;
  out.reasoning_apart = true;
  out.input = json::count(usage, "promptTokenCount");
  out.cached = json::count(usage, "cachedContentTokenCount");
  out.output = json::count(usage, "candidatesTokenCount");
  out.reasoning = json::count(usage, "thoughtsTokenCount");
  if (out.input && out.cached && *out.cached <= *out.input)
    out.uncached_input = *out.input - *out.cached;
  const auto total = json::count(usage, "totalTokenCount");
  const auto told = out.output.value_or(0) + out.reasoning.value_or(0);
  if (out.input && total && *total == *out.input + told) {
    out.output = out.output.value_or(0);
    out.reasoning = out.reasoning.value_or(0);
  }
  return out;
}

void read_parts(json::Value content, Reading& out) {
  json::Array parts;
  const auto list = json::member(content, "parts");
  if (!list || list->get(parts) != simdjson::SUCCESS) return;
  for (const auto part : parts)
    (json::flag(part, "thought") ? out.reasoning : out.content) += json::text(part, "text");
}

bool read_candidate(json::Value root, Reading& out) {
  const auto candidate = json::first(json::member(root, "candidates"));
  if (!candidate) return false;
  if (const auto content = json::member(*candidate, "content")) read_parts(*content, out);
  const auto reason = json::text(*candidate, "finishReason");
  if (!is_said(reason)) return true;
  out.finish_reason = reason;
  out.terminated = true;  // there is no other sign of the end
  out.refused = out.refused || std::ranges::count(kRefusals, reason) != 0;
  return true;
}

// The prompt itself was refused: there are no candidates then.
bool read_block(json::Value root, Reading& out) {
  const auto feedback = json::member(root, "promptFeedback");
  if (!feedback || !is_said(json::text(*feedback, "blockReason"))) return false;
  out.refused = out.terminated = true;
  return true;
}

// A chunk, or a whole answer. False: neither an answer nor an error.
bool read_answer(json::Value root, Reading& out) {
  if (root.type() != simdjson::dom::element_type::OBJECT) return false;
  const bool block = read_block(root, out);
  const bool answer = read_candidate(root, out) || block;
  const auto usage = json::member(root, "usageMetadata");
  if (usage) out.usage = read_usage(*usage);
  if (const auto model = json::text(root, "modelVersion"); !model.empty()) out.served_model = model;
  if (const auto id = json::text(root, "responseId"); !id.empty()) out.request_id = id;
  if (!out.error) out.error = answer || usage ? nested_error(root) : any_error(root);
  return answer || usage || out.error;
}

Reading not_understood() {
  Reading reading;
  reading.understood = false;
  return reading;
}

Reading read_event(const Event& event, const Target&) {
  const auto root = json::parse(event.data);
  if (!root) return not_understood();
  Reading reading;
  json::Array list;  // an error may come as the first of a list
  const auto one = root->get(list) == simdjson::SUCCESS ? json::first(*root) : root;
  reading.understood = one && read_answer(*one, reading);
  return reading;
}

// A stream that was asked for without alt=sse is one array of its chunks. A finish reason tells
// whether it is all of them.
Reading read_array(json::Array chunks) {
  Reading reading;
  for (const auto chunk : chunks) {
    if (!read_answer(chunk, reading)) return not_understood();
  }
  reading.understood = reading.terminated || reading.error;
  return reading;
}

Reading read_body(std::string_view body, const Target& target) {
  if (!generates(target.kind)) return read_catalog(body, target.kind);
  const auto root = json::parse(body);
  if (!root) return not_understood();
  json::Array chunks;
  if (root->get(chunks) == simdjson::SUCCESS) return read_array(chunks);
  Reading reading;
  reading.understood = read_answer(*root, reading) && (reading.terminated || reading.error);
  return reading;
}

}  // namespace

const Dialect kGemini = {.name = "gemini",
                         .framing = Framing::sse,
                         .request = request,
                         .read_event = read_event,
                         .read_body = read_body,
                         .events_after_end = true};

}  // namespace llm
