// Cuts the bytes of an answer into events. Bounded: a hostile peer cannot make it grow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace llm {

struct Event {
  std::string_view name;  // SSE `event:` field; empty when absent
  std::string_view data;  // SSE data lines joined by \n; or a line, a frame, a whole body
  // JSON that stood between the events of a stream and is none. Servers that break in the middle of
  // one say why like this (providers.md §2.4); what is no error is no concern of ours.
  bool bare = false;
};

inline constexpr std::size_t kMaxEventBytes = 1 << 20;

// How a dialect's streams are cut into events.
enum class Framing : std::uint8_t {
  sse,
  json_lines,        // one JSON object a line (Ollama)
  aws_event_stream,  // binary frames with CRCs (Bedrock); Event::name is the event's type, prefixed
                     // "exception:" or "error:" for what ends it badly
};

// Server-sent events, by the WHATWG algorithm (HTML standard, "event stream interpretation"): LF,
// CRLF or CR; one leading BOM dropped; comments ignored; an unfinished event at the end is dropped.
// Besides, JSON without a field name is handed out as a bare event: lines from one that begins with
// a bracket to the next that is blank or a field.
class SseFramer {
 public:
  explicit SseFramer(std::size_t max_event_bytes = kMaxEventBytes) : limit_(max_event_bytes) {}

  // Called with each event that a chunk completes; the views live until it returns. False: stop,
  // the rest of the chunk is not wanted.
  using Sink = std::function<bool(const Event&)>;
  // Returns false once an event is over the limit; the framer is of no use after that.
  bool feed(std::string_view chunk, const Sink& sink);
  // No more will come. Bare JSON needs no blank line after it: the server is gone.
  void finish(const Sink& sink);

 private:
  bool line(std::string_view text, const Sink& sink);
  void field(std::string_view text);
  void append(std::string_view text);
  bool dispatch(const Sink& sink);

  std::size_t limit_;
  std::string buffer_;  // the unfinished line
  std::string data_, name_;
  bool has_data_ = false;
  bool bare_ = false;     // data_ is bare JSON
  bool skip_lf_ = false;  // the last byte was the CR of a possible CRLF
  bool at_start_ = true;  // a BOM may still come
};

}  // namespace llm
