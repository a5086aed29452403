// Reads what a fake provider wrote, as plainly as can be: for the tests of the fakes alone.
#pragma once

#include <zlib.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace llm::sim {

// What an answer said, whatever the dialect.
struct Said {
  std::string text = {}, reasoning = {}, finish = {}, error = {}, model = {};
  std::int64_t input = -1, output = -1;
  bool well_formed = true;
};

inline nlohmann::json parsed(std::string_view text) {
  return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
}

// The JSON of each event of a stream; CRLF and LF; a bare object counts too, and
// what is none does not.
inline std::vector<nlohmann::json> sse_events(std::string body) {
  std::erase(body, '\r');
  std::vector<nlohmann::json> events;
  for (std::size_t at = 0; at < body.size();) {
    const auto end = std::min(body.find('\n', at), body.size());
    auto line = body.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("data: ")) line.erase(0, 6);
    const auto event = parsed(line);
    if (event.is_object()) events.push_back(event);
  }
  return events;
}

struct Frame {
  std::string message_type, type, payload;
};

// Frames of an event stream, their checksums proved by zlib. A broken or cut one ends the list and
// clears *whole.
inline std::vector<Frame> frames_of(std::string_view bytes, bool* whole) {
  const auto number = [&](std::size_t at, int size) {
    std::uint32_t value = 0;
    for (int i = 0; i < size; ++i) {
      value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
    }
    return value;
  };
  const auto crc = [&](std::size_t size) {
    return static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<uInt>(size)));
  };
  std::vector<Frame> frames;
  *whole = true;
  while (!bytes.empty()) {
    *whole = bytes.size() >= 16 && number(8, 4) == crc(8) && number(0, 4) <= bytes.size() &&
             number(number(0, 4) - 4, 4) == crc(number(0, 4) - 4);
    if (!*whole) return frames;
    const std::size_t headers_end = 12 + number(4, 4);
    Frame frame;
    for (std::size_t at = 12; at < headers_end;) {
      const auto name = bytes.substr(at + 1, number(at, 1));
      at += 1 + name.size() + 1;
      const auto value = bytes.substr(at + 2, number(at, 2));
      at += 2 + value.size();
      if (name == ":message-type") frame.message_type = value;
      if (name == ":event-type" || name == ":exception-type") frame.type = value;
    }
    frame.payload = bytes.substr(headers_end, number(0, 4) - 4 - headers_end);
    frames.push_back(frame);
    bytes.remove_prefix(number(0, 4));
  }
  return frames;
}

}  // namespace llm::sim
