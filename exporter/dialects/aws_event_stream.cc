#include "dialects/aws_event_stream.h"

#include <zlib.h>

#include <cstdint>
#include <optional>

namespace llm {

namespace {

constexpr std::size_t kPreludeBytes = 12;  // total length, length of the headers, their CRC
constexpr std::size_t kCrcBytes = 4;

// Takes big-endian pieces off the front of the bytes; once one is missing, everything fails.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool more() const { return ok_ && !rest_.empty(); }
  std::string_view take(std::size_t n) {
    ok_ = ok_ && n <= rest_.size();
    if (!ok_) return {};
    const auto taken = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return taken;
  }
  std::uint32_t number(std::size_t bytes) {
    std::uint32_t value = 0;
    for (const char c : take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  void fail() { ok_ = false; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

bool crc_matches(std::string_view bytes, std::uint32_t expected) {
  const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
  return crc32(0, data, static_cast<uInt>(bytes.size())) == expected;
}

struct Prelude {
  std::uint32_t total = 0, headers = 0;
};

// nullopt: the length cannot be believed.
std::optional<Prelude> read_prelude(std::string_view bytes) {
  Reader in(bytes.substr(0, kPreludeBytes));
  Prelude out;
  out.total = in.number(4);
  out.headers = in.number(4);
  if (!crc_matches(bytes.substr(0, 8), in.number(4))) return std::nullopt;
  if (out.total < kPreludeBytes + kCrcBytes) return std::nullopt;
  if (out.headers > out.total - kPreludeBytes - kCrcBytes) return std::nullopt;
  return out;
}

// The headers that say what a frame is; the others are of no interest.
struct Headers {
  std::string_view message_type, event_type, exception_type, error_code, error_message;
};

void note(std::string_view name, std::string_view value, Headers& out) {
  if (name == ":message-type") out.message_type = value;
  if (name == ":event-type") out.event_type = value;
  if (name == ":exception-type") out.exception_type = value;
  if (name == ":error-code") out.error_code = value;
  if (name == ":error-message") out.error_message = value;
}

std::string_view read_value(Reader& in) {
  switch (in.number(1)) {
    case 0:  // true
    case 1:  // false
      return {};
    case 2:
      return in.take(1);
    case 3:
      return in.take(2);
    case 4:
      return in.take(4);
    case 5:  // 64-bit integer
    case 8:  // timestamp
      return in.take(8);
    case 6:  // bytes
    case 7:  // string
      return in.take(in.number(2));
    case 9:  // UUID
      return in.take(16);
  }
  in.fail();
  return {};
}

std::optional<Headers> read_headers(std::string_view bytes) {
  Headers out;
  Reader in(bytes);
  while (in.more()) {
    const auto name = in.take(in.number(1));
    const auto value = read_value(in);
    if (in.ok()) note(name, value, out);
  }
  if (!in.ok()) return std::nullopt;
  return out;
}

bool deliver(const Headers& headers, std::string_view payload, const AwsEventFramer::Sink& sink) {
  if (headers.message_type == "exception") {
    const auto name = "exception:" + std::string(headers.exception_type);
    return sink(Event{name, payload});
  }
  if (headers.message_type == "error") {
    const auto name = "error:" + std::string(headers.error_code);
    return sink(Event{name, headers.error_message});
  }
  return sink(Event{headers.event_type, payload});
}

// A whole frame whose prelude is right. nullopt: the rest of it is not; else the sink's answer.
std::optional<bool> read_frame(std::string_view frame, const Prelude& prelude,
                               const AwsEventFramer::Sink& sink) {
  const auto checked = frame.substr(0, frame.size() - kCrcBytes);
  if (!crc_matches(checked, Reader(frame.substr(checked.size())).number(kCrcBytes)))
    return std::nullopt;
  const auto headers = read_headers(checked.substr(kPreludeBytes, prelude.headers));
  if (!headers) return std::nullopt;
  return deliver(*headers, checked.substr(kPreludeBytes + prelude.headers), sink);
}

}  // namespace

bool AwsEventFramer::feed(std::string_view chunk, const Sink& sink) {
  if (broken_) return true;
  buffer_.append(chunk);
  std::string_view rest = buffer_;
  while (rest.size() >= kPreludeBytes) {
    const auto prelude = read_prelude(rest);
    if (prelude && prelude->total > limit_) return false;
    if (prelude && prelude->total > rest.size()) break;
    const auto frame = rest.substr(0, prelude ? prelude->total : 0);
    const auto more = prelude ? read_frame(frame, *prelude, sink) : std::nullopt;
    if (!more) {
      broken_ = true;
      buffer_.clear();
      sink(Event{"error:corrupt_frame", "a frame of the event stream is corrupt"});
      return true;
    }
    rest.remove_prefix(frame.size());
    if (!*more) break;
  }
  buffer_.erase(0, buffer_.size() - rest.size());
  return true;
}

}  // namespace llm
