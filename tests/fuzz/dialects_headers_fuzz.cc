// Header lines, as a provider would send them: no value is ever negative, infinite or not a number.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "dialects/headers.h"
#include "dialects/retry_after.h"

namespace {

void check(const std::optional<double>& value) {
  if (value && !(std::isfinite(*value) && *value >= 0)) std::abort();
}

llm::HeaderList lines(std::string_view bytes) {
  llm::HeaderList headers;
  while (!bytes.empty()) {
    const auto line = bytes.substr(0, bytes.find('\n'));
    const auto colon = line.find(':');
    if (colon != std::string_view::npos)
      headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
  }
  return headers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const llm::WallTime now{std::chrono::seconds{1'795'262'400}};
  const auto headers = lines(bytes);
  for (int family = 0; family <= static_cast<int>(llm::RateLimitFamily::litellm); ++family) {
    for (const auto& limit : llm::read_rate_limits(headers, llm::RateLimitFamily(family), now)) {
      check(limit.limit);
      check(limit.remaining);
      check(limit.reset_seconds);
    }
  }
  check(llm::read_retry_after_seconds(headers, now));
  check(llm::find_retry_after_seconds(bytes));
  for (const auto& type : llm::provider_types()) {
    for (const auto& row : type.time_headers)
      check(llm::read_time_header_ms(headers, type.time_headers, row.name));
  }
  check(llm::parse_reset_seconds(bytes, now));
  return 0;
}
