// AWS's binary event stream (Smithy specification, "Amazon event stream"; providers.md §2.6).
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "dialects/framing.h"

namespace llm {

// Cuts frames and checks both CRCs, the prelude's before its length is believed. An event has the
// frame's :event-type as name and its payload as data; "exception:TYPE" and "error:CODE" are what
// :message-type calls so, "error:CODE" with :error-message as data. A frame that is broken ends the
// stream with one event "error:corrupt_frame".
class AwsEventFramer {
 public:
  explicit AwsEventFramer(std::size_t max_event_bytes = kMaxEventBytes) : limit_(max_event_bytes) {}

  using Sink = std::function<bool(const Event&)>;
  // Returns false once a frame is over the limit; the framer is of no use after that.
  bool feed(std::string_view chunk, const Sink& sink);

 private:
  std::size_t limit_;
  std::string buffer_;   // the unfinished frame
  bool broken_ = false;  // nothing after a corrupt frame can be trusted
};

}  // namespace llm
