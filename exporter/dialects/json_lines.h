// Newline-delimited JSON, as Ollama streams it (providers.md §3.1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "dialects/framing.h"

namespace llm {

// One event a line, without a name. LF, CRLF or CR: none of them can stand inside a line of JSON.
// Blank lines are none.
class JsonLinesFramer {
 public:
  explicit JsonLinesFramer(std::size_t max_event_bytes = kMaxEventBytes)
      : limit_(max_event_bytes) {}

  using Sink = SseFramer::Sink;
  // Returns false once a line is over the limit; the framer is of no use after that.
  bool feed(std::string_view chunk, const Sink& sink);
  // No more will come. A last line without its end counts if it is whole JSON, as it does for
  // Ollama's own client; half a line is dropped, because it says nothing.
  void finish(const Sink& sink);

 private:
  std::size_t limit_;
  std::string buffer_;  // the unfinished line
};

}  // namespace llm
