// What can go wrong, and when. Plain values; simulator/scenario.h reads them from YAML.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace llm::sim {

// Errors that every provider has; each dialect words them in its own way.
enum class ErrorName : std::uint8_t {
  bad_request,
  auth,
  permission,
  not_found,
  rate_limited,
  quota_exhausted,
  server_error,
  overloaded,
  timeout,
};

enum class FaultKind : std::uint8_t {
  error,            // an HTTP error in the provider's shape
  error_as_200,     // the same body under a 200, to a streaming request too
  error_in_stream,  // inside a 200 stream, after `after_tokens`
  no_first_token,   // the stream opens, then silence
  stall,            // silence after `after_tokens`
  truncate,         // ends after `after_tokens`; `cut`: in the middle of a chunk
  reset,            // RST after `after_tokens`, or instead of an answer
  hang_up_before_answer,
  endless_stream,    // tokens without end
  slow_first_token,  // `ttft` instead of the model's
  slow_tokens,       // `tokens_per_second` instead of the model's
  role_only,         // finishes without any text
  reasoning_only,    // finishes with reasoning alone
  wrong_content,     // `text` instead of the model's
  empty_body,
  garbage,       // 200 with `content`
  endless_line,  // one line of a stream that never ends
  gzip_bomb,     // compressed bytes without end
  huge_headers,  // `megabytes` of them
  redirect,      // to `location`
  redirect_loop,
};

struct Fault {
  FaultKind kind = FaultKind::error;
  ErrorName error = ErrorName::server_error;
  std::optional<int> status;         // overrides the error's own
  std::string type, code, message;   // override the error's own, unless empty
  std::optional<Nanos> retry_after;  // as header
  std::optional<std::uint32_t> after_tokens;
  bool cut = false;
  Nanos ttft{0};
  double tokens_per_second = 0;
  std::string text;
  std::string content;
  std::uint32_t megabytes = 10;
  std::string location;
};

// All conditions that are given must hold.
struct When {
  std::vector<std::string> models = {};  // empty: any, and the model list too
  double probability = 1;
  std::vector<std::uint64_t> requests = {};  // numbers of the provider's requests, from 1
  std::uint64_t every = 1;                   // every n-th of them
  // Since the start, or since the start of the current period.
  Nanos from{0};
  std::optional<Nanos> to = std::nullopt;
  std::optional<Nanos> period = std::nullopt;
};

struct FaultRule {
  Fault fault;
  When when;
};

struct Occasion {
  std::string_view model;  // empty: the model list
  std::uint64_t request = 0;
  Nanos since_start{0};
  double dice = 0;  // even in [0, 1)
};
bool applies(const When& when, const Occasion& occasion);

// The names that YAML knows, and which parameters each takes.
enum FaultParameter : std::uint32_t {
  kStatus = 1 << 0,
  kWords = 1 << 1,  // type, code, message
  kRetryAfter = 1 << 2,
  kAfterTokens = 1 << 3,
  kCut = 1 << 4,
  kTtft = 1 << 5,
  kTokensPerSecond = 1 << 6,
  kText = 1 << 7,
  kContent = 1 << 8,
  kMegabytes = 1 << 9,
  kLocation = 1 << 10,
  kError = 1 << 11,
};
struct FaultName {
  std::string_view name;
  FaultKind kind;
  ErrorName error = ErrorName::server_error;
  std::uint32_t parameters = 0;
};
std::span<const FaultName> fault_names();

struct ErrorNameRow {
  std::string_view name;
  ErrorName error;
};
std::span<const ErrorNameRow> error_names();
ErrorName error_of_status(int status);

}  // namespace llm::sim
