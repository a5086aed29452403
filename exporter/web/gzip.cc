#include "web/gzip.h"

#include <zlib.h>

#include <optional>
#include <stdexcept>

#include "base/text.h"

namespace llm {
namespace {

// A quality value of 0 has no digit but zeros: "0", "0.0", "0.000".
bool refused(std::string_view parameters) {
  const auto q = parameters.find("q=");
  if (q == std::string_view::npos) return false;
  return trim(parameters.substr(q + 2)).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<bool> by_name, by_star;
  while (!accept_encoding.empty()) {
    const auto comma = accept_encoding.find(',');
    const auto item = accept_encoding.substr(0, comma);
    accept_encoding.remove_prefix(comma == std::string_view::npos ? item.size() : comma + 1);
    const auto semicolon = item.find(';');
    const auto coding = trim(item.substr(0, semicolon));
    const bool taken = semicolon == std::string_view::npos || !refused(item.substr(semicolon));
    if (iequals(coding, "gzip") || iequals(coding, "x-gzip")) by_name = taken;
    if (coding == "*") by_star = taken;
  }
  return by_name.value_or(by_star.value_or(false));
}

std::string gzip(std::string_view text) {
  constexpr int kLevel = 1, kWindow = 15 + 16 /* gzip's frame, not zlib's */, kMemory = 8;
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib: no memory");
  }
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int end = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (end != Z_STREAM_END) throw std::runtime_error("zlib: deflate failed");
  return out;
}

}  // namespace llm
