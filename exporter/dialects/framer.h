// Any of the framings, as one.
#pragma once

#include <variant>

#include "dialects/aws_event_stream.h"
#include "dialects/framing.h"
#include "dialects/json_lines.h"

namespace llm {

class Framer {
 public:
  explicit Framer(Framing framing);

  using Sink = SseFramer::Sink;
  // Called with each event that a chunk completes; the views live until it returns. False from it:
  // stop, the rest of the chunk is not wanted. Returns false once an event is over the limit; the
  // framer is of no use after that.
  bool feed(std::string_view chunk, const Sink& sink);
  // No more will come: hands out what is whole although nothing follows it.
  void finish(const Sink& sink);

 private:
  std::variant<SseFramer, JsonLinesFramer, AwsEventFramer> framer_;
};

}  // namespace llm
