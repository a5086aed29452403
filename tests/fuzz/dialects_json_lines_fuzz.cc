// Lines of JSON: whatever the bytes and wherever they are cut, the lines are the same, and none is
// over the limit, blank or holds a line end.
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "dialects/json_lines.h"

namespace {

constexpr std::size_t kLimit = 256;

struct Framed {
  std::vector<std::string> lines;
  bool within_limit = true;
  friend bool operator==(const Framed&, const Framed&) = default;
};

Framed frame(std::string_view bytes, std::size_t piece, std::size_t limit) {
  Framed out;
  llm::JsonLinesFramer framer(limit);
  const auto sink = [&](const llm::Event& event) {
    if (event.data.size() > limit || llm::trim(event.data).empty()) std::abort();
    if (event.data.find_first_of("\r\n") != std::string_view::npos) std::abort();
    out.lines.emplace_back(event.data);
    return true;
  };
  for (std::size_t i = 0; i < bytes.size() && out.within_limit; i += piece)
    out.within_limit = framer.feed(bytes.substr(i, piece), sink);
  if (out.within_limit) framer.finish(sink);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = frame(bytes, size + 1, size);
  if (!whole.within_limit) std::abort();
  for (const std::size_t piece : {1, 2, 3, 7}) {
    if (frame(bytes, piece, size) != whole) std::abort();
  }
  frame(bytes, 1, kLimit);
  frame(bytes, 64, kLimit);
  return 0;
}
