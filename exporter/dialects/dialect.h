// How a provider's API speaks. A dialect is a name, a framing and pure functions: no state, no I/O,
// no clocks, so that a recorded answer cut at every byte is a complete test of it. Adding one is
// one new file and one row in dialects.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "config/secrets.h"
#include "config/target.h"
#include "dialects/framing.h"
#include "dialects/outcome.h"

namespace llm {

struct Request {
  std::string method;  // "GET" or "POST"
  std::string url;
  std::vector<std::pair<std::string, Secret>> headers;  // every value is treated as a secret
  std::string body;                                     // empty for GET
};

// Tokens, normalised (providers.md §1.10): input includes cached; output includes reasoning unless
// the provider reports it apart. Unknown is nullopt, never 0.
struct Usage {
  std::optional<std::uint64_t> input, uncached_input, output, cached, cache_write, reasoning;
  std::optional<std::uint64_t> billed_input, billed_output;  // Cohere counts money apart
  bool reasoning_apart = false;  // reasoning is not part of output (Gemini)
  // Everything that was generated.
  std::optional<std::uint64_t> generated() const {
    if (!output || !reasoning_apart || !reasoning) return output;
    return *output + *reasoning;
  }
  friend bool operator==(const Usage&, const Usage&) = default;
};

struct Timing {
  std::string name;  // as the provider calls it, with its unit: "prompt_ms"
  double ms = 0;
  friend bool operator==(const Timing&, const Timing&) = default;
};

// What one event, or one whole body, says. The probe adds these up: text appends, other members
// replace when present (usage in several events is cumulative: the last one wins, never a sum).
struct Reading {
  bool understood = true;  // false: not the JSON or not the shape that the dialect knows
  std::string reasoning;   // generated text, in the order it came
  std::string content;
  bool refused = false;  // refusal or content filter
  std::optional<std::string> finish_reason;
  bool finished = false;    // it is whole, though no finish reason says so
  bool terminated = false;  // the dialect's own terminator
  std::optional<ProviderError> error;
  std::optional<Usage> usage;
  std::string served_model, system_fingerprint, request_id, served_provider;  // empty: not said
  std::optional<double> provider_ms;       // the provider's own processing time
  std::optional<double> provider_ttft_ms;  // the provider's own time to first token
  std::vector<Timing> timings;             // parts of it, by the provider's names
  std::optional<double> cost_usd;          // what the provider says the answer cost
  std::vector<std::string> models;         // kind `models`
  // Kind `served`: whether anyone serves the model, and who.
  std::optional<bool> model_served;
  std::vector<std::string> served_by;
};

struct Dialect {
  std::string_view name;
  Framing framing = Framing::sse;  // of its streams
  Request (*request)(const Target&, const Credentials&);
  // One event of a stream that was asked for.
  Reading (*read_event)(const Event&, const Target&);
  // A whole body with a 2xx status: kinds `completion` and `models`, and a stream request that was
  // answered without a stream.
  Reading (*read_body)(std::string_view body, const Target&);
  // Whether events after the terminator may still add to the answer. True where the dialect has no
  // terminator and the finish reason stands for one: usage may come after it (Gemini).
  bool events_after_end = false;
};

// The table of dialects: an explicit list, in dialects.cc.
std::span<const Dialect* const> dialects();
const Dialect* find_dialect(std::string_view name);  // nullptr if there is none

// An error body of any shape (providers.md §1.1), for every dialect. Never fails: what is not
// understood becomes an excerpt in `message`.
ProviderError read_error_body(std::string_view body);
// The request's id, where such a body repeats it (§1.8: Anthropic, Mistral); empty: it does not.
std::string read_error_request_id(std::string_view body);

}  // namespace llm
