// Requests from anywhere, whole and byte by byte: the same reading, within the limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "simulator/http_request.h"

namespace {

using llm::sim::RequestParser;

// Everything that was read, as text that can be compared.
std::string read(std::string_view bytes, std::size_t step) {
  RequestParser parser;
  std::string seen;
  while (!bytes.empty()) {
    parser.feed(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
    while (parser.advance() == RequestParser::State::complete) {
      seen += parser.last() ? "last " : "more ";
      const auto request = parser.take();
      if (request.body.size() > llm::sim::kMaxRequestBody) std::abort();
      seen += request.method + " " + request.path + "\n";
      for (const auto& [name, value] : request.headers) seen += name + ":" + value + "\n";
      seen += request.body;
    }
  }
  if (parser.advance() == RequestParser::State::failed) {
    seen += "failed " + std::to_string(parser.error_status());
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (read(bytes, size + 1) != read(bytes, 1)) std::abort();
  return 0;
}
