// A wire format as its provider writes it: the mirror image of the exporter's own dialects, and
// deliberately independent of them, so that a mistake on one side does not hide on the other.
// Shapes: providers.md §2.1 and §2.3 of the project's notes.
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
  std::string type, code, message, param;  // empty: null, or not part of the dialect
};

struct StreamEvent {
  std::string bytes;
  bool token = false;  // carries generated text
};

// What the headers of an answer tell.
struct HeaderFacts {
  int status = 200;
  std::uint64_t number = 0;        // of the request
  const Budget* budget = nullptr;  // null: this answer has no rate-limit headers
  std::optional<Nanos> retry_after;
  std::optional<Nanos> processing;  // the provider's own time
  MonoTime now;
};

using FindModel = std::function<const ModelScript*(std::string_view name)>;

struct FakeDialect {
  std::string_view name;
  std::string_view chat_path, models_path;  // below /NAME

  std::string_view (*key)(const SimRequest&);  // as presented; empty: none
  Result<ChatRequest, ApiError> (*read_chat)(const SimRequest&, const nlohmann::json&,
                                             const FindModel&);
  Headers (*headers)(const HeaderFacts&);

  ApiError (*error)(ErrorName);                 // in the provider's words
  ApiError (*wrong_key)(std::string_view key);  // empty: there is none
  ApiError (*limited)(const Budget::Shortage&, const ModelScript&);
  std::string (*error_body)(const ApiError&, std::uint64_t number);
  std::string (*error_event)(const ApiError&, std::uint64_t number);  // inside a stream

  std::vector<StreamEvent> (*stream)(const Answer&);
  std::string (*whole)(const Answer&);
  std::string (*models)(std::span<const ModelScript>, const SimRequest&);
};

extern const FakeDialect kOpenAiChat;
extern const FakeDialect kAnthropicMessages;
std::span<const FakeDialect* const> fake_dialects();
const FakeDialect* find_fake_dialect(std::string_view name);  // nullptr if there is none

// For all dialects.
std::string request_id(std::uint64_t number);    // "req_sim_000042": as in /_sim/sent
std::string json_string(std::string_view text);  // as a JSON string
std::string_view header(const SimRequest& request, std::string_view name);  // empty: absent
std::string_view bearer_token(const SimRequest& request);
std::string joined(const std::vector<std::string>& pieces);
std::uint32_t estimate_tokens(const nlohmann::json& messages);
std::string query_value(const SimRequest& request, std::string_view name);  // empty: absent

}  // namespace llm::sim
