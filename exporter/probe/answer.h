// Reads the body of one answer as it arrives: decides what it is, frames it, lets the dialect read
// it, and adds up what was said and when. Knows bytes and times, no sockets or clocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "dialects/dialect.h"
#include "dialects/framer.h"
#include "engine/exchange.h"
#include "probe/result.h"

namespace llm {

// Decoded bytes of one answer. Model lists of large catalogues are the biggest honest ones.
inline constexpr std::size_t kMaxBodyBytes = 8 << 20;
// An error body says what it has to say in this much.
inline constexpr std::size_t kMaxErrorBodyBytes = 64 << 10;
// Visible text kept for `expect`.
inline constexpr std::size_t kMaxExpectText = 64 << 10;
// No answer costs this much.
inline constexpr double kMaxCostUsd = 10'000;

// What was said.
struct Said {
  std::string text;
  std::optional<FirstToken> first_token, first_content;  // of a stream
  bool streamed_reasoning = false;
  std::optional<std::string> finish_reason;
  std::optional<ProviderError> error;
  std::optional<Usage> usage;
  std::string served_model, system_fingerprint, request_id, served_provider;
  std::optional<double> provider_ms, provider_ttft_ms;  // >= 0, at most a day
  std::vector<Timing> timings;                          // at most kMaxTimings, likewise
  std::optional<double> cost_usd;                       // >= 0, less than kMaxCostUsd
  std::vector<std::string> models;
  std::size_t models_count = 0;
  std::optional<bool> model_served;
  std::vector<std::string> served_by;  // at most kMaxTimings
  bool refused = false;
  bool finished = false;  // finish reason seen, or a whole body that was understood
  std::string invalid;    // why the answer is not valid, for people; empty: it is
};

// When.
struct SaidAt {
  std::optional<Arrival> first_token, first_content;
  std::optional<MonoTime> last_token;
  std::uint32_t token_events = 0;
  Nanos max_gap{0};                     // between two token events
  std::optional<MonoTime> last_byte;    // anything at all, comments included
  std::optional<MonoTime> last_useful;  // an event, or a byte of a body
  std::optional<MonoTime> error, terminated;
};

class Answer {
 public:
  // `dialect` may be null: then every answer is invalid.
  Answer(const Target& target, const Dialect* dialect)
      : target_(target), dialect_(dialect), framing_(dialect ? dialect->framing : Framing::sse) {}

  // The head of the answer is complete; `content_type` may be empty.
  void begin(int status, std::string_view content_type);
  // False: enough, or too much.
  bool feed(std::string_view bytes, Arrival arrival);
  // No more will come. `whole`: the answer's own framing says that this is all of it.
  void finish(bool whole);

  bool is_event_stream() const;
  const Said& said() const { return said_; }
  const SaidAt& at() const { return at_; }

 private:
  enum class Form : std::uint8_t { undecided, events, body };
  Form decide();
  Form decide_sse() const;
  bool feed_events(std::string_view bytes, Arrival arrival);
  bool feed_body(std::string_view bytes, Arrival arrival);
  bool read_event(const Event& event, Arrival arrival);
  void note_tokens(const Reading& reading, Arrival arrival);
  void add(Reading reading);
  bool invalid(std::string why);

  const Target& target_;
  const Dialect* dialect_;
  Framing framing_;
  int status_ = 0;
  bool event_stream_type_ = false;  // Content-Type names the dialect's framing
  Form form_ = Form::undecided;
  std::size_t total_bytes_ = 0;
  std::string body_;  // of Form::body; while undecided, what came so far
  Framer framer_{framing_};
  Said said_;
  SaidAt at_;
};

}  // namespace llm
