// AWS's event stream: whatever the bytes and wherever they are cut, the events are the same, no
// event is over the limit, and none comes after a corrupt frame. The bytes come twice: as they are,
// and as headers and payload of a frame whose checksums are right, which chance never finds.
#include <cstdlib>
#include <string>
#include <vector>

#include "../unit/dialects/aws_frame.h"
#include "dialects/aws_event_stream.h"

namespace {

constexpr std::size_t kLimit = 256;

struct Framed {
  std::vector<std::pair<std::string, std::string>> events;
  bool within_limit = true;
  friend bool operator==(const Framed&, const Framed&) = default;
};

Framed frame(std::string_view bytes, std::size_t piece, std::size_t limit) {
  Framed out;
  bool corrupt = false;
  llm::AwsEventFramer framer(limit);
  for (std::size_t i = 0; i < bytes.size() && out.within_limit; i += piece) {
    out.within_limit = framer.feed(bytes.substr(i, piece), [&](const llm::Event& event) {
      if (corrupt) std::abort();
      corrupt = event.name == "error:corrupt_frame" &&
                event.data == "a frame of the event stream is corrupt";
      if (!corrupt && event.data.size() + event.name.size() > limit) std::abort();
      out.events.emplace_back(event.name, event.data);
      return true;
    });
  }
  return out;
}

void check(std::string_view bytes) {
  const auto whole = frame(bytes, bytes.size() + 1, llm::kMaxEventBytes);
  for (const std::size_t piece : {1, 2, 3, 7, 13}) {
    if (frame(bytes, piece, llm::kMaxEventBytes) != whole) std::abort();
  }
  frame(bytes, 1, kLimit);
  frame(bytes, 64, kLimit);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  const auto headers = bytes.substr(0, bytes.find('\n'));
  check(llm::test::aws_raw_frame(headers, bytes.substr(headers.size())));
  return 0;
}
