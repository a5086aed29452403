#include "base/time.h"

#include <fmt/chrono.h>

#include <ctime>

namespace llm {

std::string timestamp(double unix_seconds) {
  // Beyond the year 9999 there is no RFC 3339, and a provider's header can say so.
  constexpr double kEndOfTime = 253'402'300'800;
  if (!(unix_seconds >= 0 && unix_seconds < kEndOfTime)) return {};
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(unix_seconds)));
}

}  // namespace llm
