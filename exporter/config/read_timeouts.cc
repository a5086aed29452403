#include "config/read_timeouts.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/duration.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr Millis kMinTimeout{1};
constexpr Millis kMaxTimeout{3'600'000};  // an hour: the slowest reasoning models take minutes

Millis total_of(const TimeoutSettings& own, const TimeoutSettings& inherited) {
  return own.total.value_or(inherited.total.value_or(Timeouts{}.total));
}

}  // namespace

TimeoutSettings read_timeouts(const Field& field, const TimeoutSettings& inherited) {
  Section section(field);
  TimeoutSettings own;
  const auto total = section.find("total");
  if (total) own.total = read_duration(*total, kMinTimeout, kMaxTimeout);
  const bool total_known = !total || own.total;

  const auto read_part = [&](std::string_view key) -> std::optional<Millis> {
    const auto part = section.find(key);
    if (!part) return std::nullopt;
    const auto value = read_duration(*part, kMinTimeout, kMaxTimeout);
    const auto limit = total_of(own, inherited);
    if (value && total_known && *value > limit) {
      part->error(fmt::format("{} is longer than total, which is {}", format_duration(*value),
                              format_duration(limit)));
    }
    return value;
  };
  own.connect = read_part("connect");
  own.first_token = read_part("first_token");
  own.idle = read_part("idle");
  section.finish();
  return own;
}

Timeouts effective(const TimeoutSettings& own, const TimeoutSettings& inherited) {
  const Timeouts defaults;
  const auto total = total_of(own, inherited);
  const auto part = [&](auto member, Millis fallback) {
    return std::min((own.*member).value_or((inherited.*member).value_or(fallback)), total);
  };
  return {.connect = part(&TimeoutSettings::connect, defaults.connect),
          .first_token = part(&TimeoutSettings::first_token, defaults.first_token),
          .idle = part(&TimeoutSettings::idle, defaults.idle),
          .total = total};
}

}  // namespace llm
