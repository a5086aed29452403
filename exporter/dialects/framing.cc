#include "dialects/framing.h"

#include <utility>

namespace llm {

namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

bool is_bracket(char c) { return c == '{' || c == '['; }

// Whether a line is the stream's own and no piece of JSON, whose lines begin otherwise.
bool is_field(std::string_view line) {
  return line.front() == ':' || line.starts_with("data:") || line.starts_with("event:");
}

}  // namespace

bool SseFramer::feed(std::string_view chunk, const Sink& sink) {
  if (skip_lf_ && !chunk.empty()) {
    skip_lf_ = false;
    if (chunk.front() == '\n') chunk.remove_prefix(1);
  }
  while (!chunk.empty()) {
    const auto end = chunk.find_first_of("\r\n");
    const auto text = chunk.substr(0, end);
    if (buffer_.size() + text.size() + data_.size() >= limit_) return false;
    if (end == std::string_view::npos) {
      buffer_.append(text);
      return true;
    }
    const bool cr = chunk[end] == '\r';
    chunk.remove_prefix(end + 1);
    if (cr && chunk.empty()) skip_lf_ = true;
    if (cr && chunk.starts_with('\n')) chunk.remove_prefix(1);

    // Most lines lie whole in one chunk and need no copy.
    bool more = true;
    if (buffer_.empty()) {
      more = line(text, sink);
    } else {
      buffer_.append(text);
      more = line(buffer_, sink);
      buffer_.clear();
    }
    if (!more) return true;
  }
  return true;
}

bool SseFramer::line(std::string_view text, const Sink& sink) {
  if (at_start_ && text.starts_with(kBom)) text.remove_prefix(kBom.size());
  at_start_ = false;
  if (text.empty()) return dispatch(sink);
  if (bare_ && !is_field(text)) {
    append(text);
    return true;
  }
  const bool more = !bare_ || dispatch(sink);
  if (!has_data_ && is_bracket(text.front())) {
    bare_ = true;
    append(text);
  } else {
    field(text);
  }
  return more;
}

void SseFramer::field(std::string_view text) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);  // empty for a comment: no such field
  auto value = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") append(value);
  if (name == "event") name_ = value;
}

void SseFramer::append(std::string_view text) {
  if (has_data_) data_ += '\n';
  data_ += text;
  has_data_ = true;
}

bool SseFramer::dispatch(const Sink& sink) {
  const bool more = !has_data_ || sink(Event{bare_ ? std::string_view{} : name_, data_, bare_});
  data_.clear();
  name_.clear();
  has_data_ = bare_ = false;
  return more;
}

void SseFramer::finish(const Sink& sink) {
  if (!buffer_.empty()) line(std::exchange(buffer_, {}), sink);
  if (bare_) dispatch(sink);
}

}  // namespace llm
