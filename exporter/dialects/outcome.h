// How a probe can end and whose fault that is: one closed set, the label values of
// llm_probe_errors_total, and the one function that decides.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llm {

enum class Outcome : std::uint8_t {
  ok,
  ok_empty,  // finished without visible text: up
  overloaded,
  not_ready,
  server_error,
  timeout,
  no_first_token,
  stalled,
  too_slow,
  dns,
  connect,
  tls,
  stream_error,
  truncated,
  invalid_response,
  content_mismatch,
  rate_limited,
  quota_exhausted,
  auth,
  permission,
  not_found,
  bad_request,
  blocked,
  local_network,
  internal,
};
inline constexpr std::size_t kOutcomes = static_cast<std::size_t>(Outcome::internal) + 1;

enum class Fault : std::uint8_t { none, provider, account, prober, network };

std::string_view to_string(Outcome outcome);  // as in the label: "rate_limited"
std::string_view to_string(Fault fault);
Fault fault(Outcome outcome);
constexpr bool success(Outcome o) { return o == Outcome::ok || o == Outcome::ok_empty; }

// What a provider said about its error, from a body of any shape (providers.md §1.1) or from an
// event inside a stream. Already cleaned and redacted when it is in a ProbeResult.
struct ProviderError {
  std::string type, code, param, message;
  std::string reason;  // finer machine-readable reason: Gemini details[].reason, Anthropic
                       // details.error_code
  std::optional<double> retry_after_seconds;  // from the body
};

// How the transport ended, as the engine saw it.
enum class Ended : std::uint8_t {
  complete,  // the answer's framing says it is whole
  cut,       // connection closed or reset after the request was sent, before the answer was whole
  dns,       // name resolution failed, or the connect deadline passed in it
  connect,   // TCP failed, or the deadline passed in it
  tls,       // handshake or verification failed, or the deadline passed in it
  stopped,   // we had what we wanted (terminator seen)
  first_token_deadline,
  idle_deadline,
  total_deadline,
  limit,      // answer over a limit on bytes, headers or lines, or not HTTP
  internal,   // our own failure
  cancelled,  // shutdown or reload: the probe is not counted at all
};

// Everything the verdict depends on.
struct Facts {
  Ended ended = Ended::complete;
  int http_status = 0;        // 0: no answer
  bool generates = true;      // the answer is text; false for kind `models`
  bool event_stream = false;  // the answer was framed as one (by Content-Type or content)
  bool parse_failed = false;  // 2xx body, or an event in it, that is not what the dialect knows
  bool finished = false;      // a finish reason was seen; an answer without events: it is whole
  bool any_token = false;     // reasoning or visible
  bool visible_text = false;
  bool refused = false;  // the provider's filter stopped it: refusal, content_filter
  bool expected = true;  // `expect` matched, or there is none
  const ProviderError* error = nullptr;  // from body or stream; null: none
};

// The whole class table (design §3), in the order of providers.md §1.5. First hit wins.
Outcome classify(const Facts& facts);

}  // namespace llm
