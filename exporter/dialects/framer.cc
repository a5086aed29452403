#include "dialects/framer.h"

namespace llm {

Framer::Framer(Framing framing) {
  switch (framing) {
    case Framing::sse:
      break;  // the first of the variants
    case Framing::json_lines:
      framer_.emplace<JsonLinesFramer>();
      break;
    case Framing::aws_event_stream:
      framer_.emplace<AwsEventFramer>();
      break;
  }
}

bool Framer::feed(std::string_view chunk, const Sink& sink) {
  return std::visit([&](auto& framer) { return framer.feed(chunk, sink); }, framer_);
}

void Framer::finish(const Sink& sink) {
  std::visit(
      [&](auto& framer) {
        // A binary frame knows its length: what is not whole is nothing.
        if constexpr (requires { framer.finish(sink); }) framer.finish(sink);
      },
      framer_);
}

}  // namespace llm
