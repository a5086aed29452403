// Makes frames of AWS's event stream as the Smithy specification draws them.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace llm::test {

inline std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift & 0xFF);
  return out;
}

inline std::string crc(std::string_view bytes) {
  return big_endian(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())), 4);
}

inline std::string aws_string_header(std::string_view name, std::string_view value) {
  return big_endian(name.size(), 1) + std::string(name) + '\x07' + big_endian(value.size(), 2) +
         std::string(value);
}

// `headers` already encoded.
inline std::string aws_raw_frame(std::string_view headers, std::string_view payload) {
  std::string out = big_endian(headers.size() + payload.size() + 16, 4);
  out += big_endian(headers.size(), 4);
  out += crc(out);
  out.append(headers).append(payload);
  return out + crc(out);
}

using AwsHeaders = std::initializer_list<std::pair<std::string_view, std::string_view>>;
inline std::string aws_frame(AwsHeaders headers, std::string_view payload) {
  std::string encoded;
  for (const auto& [name, value] : headers) encoded += aws_string_header(name, value);
  return aws_raw_frame(encoded, payload);
}

inline std::string aws_event(std::string_view type, std::string_view payload) {
  return aws_frame(
      {{":event-type", type}, {":content-type", "application/json"}, {":message-type", "event"}},
      payload);
}

}  // namespace llm::test
