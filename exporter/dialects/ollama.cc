#include "dialects/ollama.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "dialects/error_body.h"
#include "dialects/json.h"
#include "dialects/model_list.h"
#include "dialects/request.h"

namespace llm {

namespace {

// A model without degrees of thinking takes true and false alone; "none" is no word of the API.
nlohmann::json think(const std::string& effort) {
  if (effort == "none") return false;
  if (effort == "low" || effort == "medium" || effort == "high") return effort;
  return true;
}

Request request(const Target& target, const Credentials& credentials) {
  if (!generates(target.kind)) return catalog_request(target, credentials);
  nlohmann::json body = {
      {"model", target.model},
      {"messages", {{{"role", "user"}, {"content", target.prompt}}}},
      {"stream", streams(target.kind)},  // true unless told otherwise
      {"options", {{target.token_field, target.max_output_tokens}}},
  };
  if (target.reasoning_effort) body["think"] = think(*target.reasoning_effort);
  return post_request(target, credentials, "/api/chat", std::move(body));
}

std::optional<double> ms(json::Value root, std::string_view nanoseconds) {
  const auto ns = json::number(root, nanoseconds);
  return ns && *ns >= 0 ? std::optional(*ns / 1e6) : std::nullopt;
}

// The last line: counts, and times in nanoseconds. load_duration tells a cold start.
void read_end(json::Value root, Reading& out) {
  out.terminated = out.finished = true;
  if (const auto reason = json::text(root, "done_reason"); !reason.empty())
    out.finish_reason = reason;
  Usage usage;
  usage.input = json::count(root, "prompt_eval_count");  // left out when all of it was cached
  usage.output = json::count(root, "eval_count");
  if (usage.input || usage.output) out.usage = usage;
  out.provider_ms = ms(root, "total_duration");
  constexpr std::pair<const char*, std::string_view> kParts[] = {
      {"load_ms", "load_duration"},
      {"prompt_ms", "prompt_eval_duration"},
      {"eval_ms", "eval_duration"},
  };
  for (const auto& [name, member] : kParts) {
    if (const auto time = ms(root, member)) out.timings.push_back({name, *time});
  }
}

bool is_object(std::optional<json::Value> value) {
  return value && value->type() == simdjson::dom::element_type::OBJECT;
}

// A line of a stream, or the whole answer.
Reading read_answer(std::string_view text) {
  Reading reading;
  const auto root = json::parse(text);
  const auto message = root ? json::member(*root, "message") : std::nullopt;
  const bool done = root && json::flag(*root, "done");
  const bool answer = is_object(message) || done;
  if (root) reading.error = answer ? nested_error(*root) : any_error(*root);
  reading.understood = answer || reading.error;
  if (reading.error || !answer) return reading;
  if (message) {
    reading.reasoning = json::text(*message, "thinking");
    reading.content = json::text(*message, "content");
  }
  reading.served_model = json::text(*root, "model");
  if (done) read_end(*root, reading);
  return reading;
}

Reading read_event(const Event& event, const Target&) { return read_answer(event.data); }

Reading read_body(std::string_view body, const Target& target) {
  if (!generates(target.kind)) return read_catalog(body, target.kind);
  Reading reading = read_answer(body);
  // "stream": false is answered in one piece, which is the last one.
  reading.understood = reading.understood && (reading.terminated || reading.error);
  return reading;
}

}  // namespace

const Dialect kOllama = {.name = "ollama",
                         .framing = Framing::json_lines,
                         .request = request,
                         .read_event = read_event,
                         .read_body = read_body};

}  // namespace llm
