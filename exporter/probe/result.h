// Everything one probe learned, as a plain value with every unknown as nullopt or empty. Every
// consumer (metrics, log, `probe` command, later failover, breaker and budget) reads this struct.
// All text in it is clean (base/text.h): bounded, valid UTF-8, redacted.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/target.h"
#include "dialects/dialect.h"
#include "dialects/headers.h"
#include "dialects/outcome.h"

namespace llm {

// Consecutive parts of a probe; they add up to its duration (design §4).
enum class Phase : std::uint8_t { resolve, connect, tls, send, wait, prefill, generation };
inline constexpr std::size_t kPhases = 7;
std::string_view to_string(Phase phase);

struct FirstToken {
  bool reasoning = false;  // of a model that thinks aloud; false: visible text
  std::string text;
};

struct ProbeResult {
  std::shared_ptr<const Target> target;  // never null
  WallTime started_at;
  Outcome outcome = Outcome::internal;
  bool cancelled = false;         // shutdown or reload: count nothing
  Ended ended = Ended::internal;  // how the transport ended; `internal` also: it never began
  // What ran: the target's kind, or a free one in its place: because the budget allows no more, or
  // as a check.
  Kind kind = Kind::stream;
  bool check = false;  // cheaper than the target's own probe, because its breaker is open
  bool counts = true;  // false: a check that does not tell whether the target is up

  std::optional<int> http_status;
  std::optional<ProviderError> error;  // also our own words when the transport failed

  double duration_seconds = 0;
  std::array<double, kPhases> phase_seconds{};
  std::optional<double> ttft_seconds, ttft_content_seconds;
  bool ttft_from_kernel = false;  // both TTFTs rest on kernel receive stamps
  std::optional<double> tpot_seconds, max_gap_seconds, tokens_per_second;

  std::optional<FirstToken> first_token;
  std::optional<FirstToken> first_content;
  std::string text;  // visible text, at most kMaxText bytes
  std::optional<std::string> finish_reason;
  bool terminated = false;
  std::optional<Usage> usage;
  std::optional<double> cost_usd;  // the provider's own word, else from the price table

  std::string served_model, served_provider, system_fingerprint, request_id;  // empty: unknown
  std::optional<double> provider_ms, provider_ttft_ms;
  std::vector<Timing> timings;  // at most kMaxTimings
  std::optional<double> retry_after_seconds;
  RateLimits rate_limits;
  std::vector<std::string> models;     // kind `models`; at most kMaxModels
  std::size_t models_count = 0;        // how many there were
  std::optional<bool> model_served;    // kind `served`
  std::vector<std::string> served_by;  // likewise; at most kMaxTimings

  std::string peer;
  bool connection_reused = false;
  std::optional<WallTime> certificate_expiry;
};

inline constexpr std::size_t kMaxText = 4 << 10;
inline constexpr std::size_t kMaxModels = 10'000;
inline constexpr std::size_t kMaxTimings = 16;

}  // namespace llm
