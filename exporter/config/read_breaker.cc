#include "config/read_breaker.h"

#include "config/values.h"

namespace llm {
namespace {

constexpr Millis kMaxAfter{86'400'000};         // a day: who waits longer wants no breaker
constexpr Millis kMinFullInterval{1'000};       // the shortest interval of a probe
constexpr Millis kMaxFullInterval{86'400'000};  // a day: a target must not be forgotten
constexpr std::uint32_t kMaxInARow = 1'000;

}  // namespace

std::optional<BreakerSettings> read_breaker(const Field& field,
                                            const std::optional<BreakerSettings>& inherited) {
  auto settings = inherited.value_or(BreakerSettings{});
  if (field.is(YamlNode::Kind::plain)) {
    const bool off = field.node().text == "false";
    if (!off && field.node().text != "true") {
      field.error("must be true, false or {after, failures, max_interval, successes}");
    }
    return off ? std::nullopt : std::optional(settings);
  }
  Section section(field);
  const auto read_time = [&](std::string_view key, Millis min, Millis max, Millis& value) {
    if (const auto time = section.find(key)) {
      value = read_duration(*time, min, max).value_or(value);
    }
  };
  const auto read_number = [&](std::string_view key, std::uint32_t& value) {
    if (const auto number = section.find(key)) {
      value = read_count(*number, 1, kMaxInARow).value_or(value);
    }
  };
  read_time("after", Millis{0}, kMaxAfter, settings.after);
  read_number("failures", settings.failures);
  read_time("max_interval", kMinFullInterval, kMaxFullInterval, settings.max_interval);
  read_number("successes", settings.successes);
  section.finish();
  return settings;
}

}  // namespace llm
