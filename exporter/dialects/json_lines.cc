#include "dialects/json_lines.h"

#include "base/text.h"
#include "dialects/json.h"

namespace llm {

bool JsonLinesFramer::feed(std::string_view chunk, const Sink& sink) {
  while (!chunk.empty()) {
    const auto end = chunk.find_first_of("\r\n");
    auto line = chunk.substr(0, end);
    if (buffer_.size() + line.size() > limit_) return false;
    if (end == std::string_view::npos) {
      buffer_.append(line);
      return true;
    }
    chunk.remove_prefix(end + 1);

    // Most lines lie whole in one chunk and need no copy.
    if (!buffer_.empty()) line = buffer_.append(line);
    const bool more = trim(line).empty() || sink(Event{{}, line});
    buffer_.clear();
    if (!more) return true;
  }
  return true;
}

void JsonLinesFramer::finish(const Sink& sink) {
  if (!trim(buffer_).empty() && json::parse(buffer_)) sink(Event{{}, buffer_});
  buffer_.clear();
}

}  // namespace llm
