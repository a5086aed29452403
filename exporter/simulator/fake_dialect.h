// A wire format as its provider writes it: the mirror image of the exporter's own dialects, and
// deliberately independent of them, so that a mistake on one side does not hide on the other.
// Shapes: providers.md §2 to §4 of the project's notes.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "simulator/answer.h"
#include "simulator/budget.h"
#include "simulator/fault.h"
#include "simulator/server.h"

namespace llm::sim {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct ApiError {
  int status = 500;
  std::string type = {}, code = {}, message = {}, param = {};  // empty: null, or not in the dialect
  std::optional<Nanos> retry_after = std::nullopt;
};

struct Body {
  std::string bytes;
  std::string_view type = "application/json";
};

struct StreamEvent {
  std::string bytes;
  bool token = false;  // carries generated text
};

struct Stream {
  std::vector<StreamEvent> events;
  std::string_view type = "text/event-stream; charset=utf-8";
};

// What a request asks for, as far as its path says.
struct Route {
  enum class To : std::uint8_t { nowhere, chat, models, page };
  To to = To::nowhere;
  std::string model = {};  // empty: the body names it
  bool stream = false;
  bool open = false;  // answers without a key
};

struct ChatCall {
  const SimRequest& request;
  const Route& route;
  const nlohmann::json& body;  // an object
};

// What the headers of an answer tell.
struct HeaderFacts {
  int status = 200;
  std::uint64_t number = 0;         // of the request
  const ApiError* error = nullptr;  // null: a success
  const Budget* budget = nullptr;   // null: this answer has no rate-limit headers
  std::optional<Nanos> retry_after;
  std::optional<Nanos> processing;  // the provider's own time
  MonoTime now;
};

using FindModel = std::function<const ModelScript*(std::string_view name)>;

struct KeyRing {
  std::span<const std::string> keys;                  // empty, and no token endpoint: any key
  std::function<bool(std::string_view)> issued = {};  // tokens of the provider's token endpoint
  bool knows(std::string_view key) const;
};

class FakeDialect {
 public:
  virtual ~FakeDialect() = default;

  virtual Route route(std::string_view path) const = 0;  // below /NAME, without query

  // The default: a bearer token.
  virtual std::string key(const SimRequest& request) const;
  virtual std::optional<ApiError> refuse_key(const SimRequest& request, const KeyRing& ring) const;
  virtual Result<ChatRequest, ApiError> read_chat(const ChatCall& call,
                                                  const FindModel& find_model) const = 0;
  virtual Headers headers(const HeaderFacts& facts) const = 0;

  virtual ApiError error(ErrorName name) const = 0;        // in the provider's words
  virtual ApiError wrong_key(std::string_view key) const;  // empty: there is none
  virtual ApiError limited(const Budget::Shortage& shortage, const ModelScript& model) const;
  virtual Body error_body(const ApiError& error, std::uint64_t number) const = 0;
  // Inside a stream, of which `sent` events went out before.
  virtual std::string error_event(const ApiError& error, const Answer& answer,
                                  std::size_t sent) const = 0;

  virtual Stream stream(const Answer& answer) const = 0;
  virtual Body whole(const Answer& answer) const = 0;
  virtual Body models(std::span<const ModelScript> models, const SimRequest& request) const = 0;
  // What is at a path that route() sends to Route::To::page, if anything.
  virtual std::optional<Body> page(std::string_view path,
                                   std::span<const ModelScript> models) const;
};

// One of each, alive as long as the program.
const FakeDialect& openai_chat(std::string_view flavour);  // of flavours()
const FakeDialect& openai_responses();
const FakeDialect& anthropic_messages();
const FakeDialect& gemini();
const FakeDialect& bedrock_converse();
const FakeDialect& cohere_v2();
const FakeDialect& ollama();

std::span<const std::string_view> dialect_names();
// Both names are known ones; `flavour` matters to openai-chat alone.
const FakeDialect& find_fake_dialect(std::string_view name, std::string_view flavour);

// For all dialects.
std::string request_id(std::uint64_t number);    // "req_sim_000042": as in /_sim/sent
std::string request_uuid(std::uint64_t number);  // the same for those who use UUIDs
std::string json_string(std::string_view text);  // as a JSON string
std::string_view header(const SimRequest& request, std::string_view name);  // empty: absent
std::string_view bearer_token(const SimRequest& request);
std::string joined(const std::vector<std::string>& pieces);
std::uint32_t estimate_tokens(const nlohmann::json& messages);
std::string query_value(const SimRequest& request, std::string_view name);  // empty: absent
std::string percent_decoded(std::string_view text);
std::string rfc3339(WallTime time, int digits);  // "2026-11-21T12:00:00.123Z"
std::int64_t milliseconds(Nanos duration);
Nanos total_time(const Answer& answer);
// "data: …" and an empty line; with the name of the event, if it has one.
std::string server_sent(std::string_view data, std::string_view event = {});

// The models that the request's page has, and the token of the next page; empty: the last.
struct ModelPage {
  std::span<const ModelScript> models;
  std::string next;
};
ModelPage page_of(std::span<const ModelScript> models, const SimRequest& request,
                  std::string_view size_parameter, std::size_t default_size,
                  std::string_view token_parameter);

}  // namespace llm::sim
