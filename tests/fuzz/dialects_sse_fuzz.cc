// SSE framing: whatever the bytes and wherever they are cut, the events are the same, and no event
// is over the limit.
#include <cstdlib>
#include <string>
#include <vector>

#include "dialects/framing.h"

namespace {

constexpr std::size_t kLimit = 256;

struct Framed {
  std::vector<std::pair<std::string, std::string>> events;
  bool within_limit = true;
  friend bool operator==(const Framed&, const Framed&) = default;
};

Framed frame(std::string_view bytes, std::size_t piece, std::size_t limit) {
  Framed out;
  llm::SseFramer framer(limit);
  const auto sink = [&](const llm::Event& event) {
    if (event.data.size() > limit || event.name.size() > limit) std::abort();
    if (event.bare && (!event.name.empty() || event.data.empty())) std::abort();
    out.events.emplace_back(event.bare ? "(bare)" : event.name, event.data);
    return true;
  };
  for (std::size_t i = 0; i < bytes.size() && out.within_limit; i += piece) {
    out.within_limit = framer.feed(bytes.substr(i, piece), sink);
  }
  if (out.within_limit) framer.finish(sink);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = frame(bytes, size + 1, size + 1);
  if (!whole.within_limit) std::abort();
  for (const std::size_t piece : {1, 2, 3, 7}) {
    if (frame(bytes, piece, size + 1) != whole) std::abort();
  }
  frame(bytes, 1, kLimit);
  frame(bytes, 64, kLimit);
  return 0;
}
