#include "simulator/event_stream_frame.h"

namespace llm::sim {
namespace {

constexpr char kStringType = 7;
constexpr std::size_t kAroundPayload = 16;  // two lengths and two checksums

void put(std::string* out, std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    *out += static_cast<char>(value >> shift & 0xff);
  }
}

std::string header_bytes(const FrameHeaders& headers) {
  std::string out;
  for (const auto& [name, value] : headers) {
    put(&out, static_cast<std::uint32_t>(name.size()), 1);
    out += name;
    out += kStringType;
    put(&out, static_cast<std::uint32_t>(value.size()), 2);
    out += value;
  }
  return out;
}

}  // namespace

std::uint32_t crc32_ieee(std::string_view bytes) {
  constexpr std::uint32_t kPolynomial = 0xedb88320;  // of zlib and Ethernet, bits reversed
  std::uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? kPolynomial : 0);
  }
  return ~crc;
}

std::string event_stream_frame(const FrameHeaders& headers, std::string_view payload) {
  const auto head = header_bytes(headers);
  std::string out;
  put(&out, static_cast<std::uint32_t>(kAroundPayload + head.size() + payload.size()), 4);
  put(&out, static_cast<std::uint32_t>(head.size()), 4);
  put(&out, crc32_ieee(out), 4);
  out += head;
  out += payload;
  put(&out, crc32_ieee(out), 4);
  return out;
}

}  // namespace llm::sim
