// What the fuzzers of the dialects share: the first byte chooses between an event and a body of
// each kind; the rest is what the provider sent.
#pragma once

#include <cmath>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "dialects/dialect.h"

namespace llm::fuzz {

inline void check(const std::optional<std::uint64_t>& count) {
  if (count && *count > 4'000'000'000) std::abort();  // sums of at most three sane counts
}

inline void check(const Reading& reading) {
  if (reading.provider_ms && !(std::isfinite(*reading.provider_ms) && *reading.provider_ms >= 0))
    std::abort();
  if (!reading.usage) return;
  const auto& u = *reading.usage;
  for (const auto& count :
       {u.input, u.uncached_input, u.output, u.cached, u.cache_write, u.reasoning})
    check(count);
}

inline Target make_target(std::string_view type, Kind kind) {
  auto provider = std::make_shared<Provider>();
  provider->type = find_provider_type(type);
  Target target;
  target.provider = provider;
  target.kind = kind;
  return target;
}

inline void read_anything(const Dialect& dialect, std::string_view type, std::string_view bytes) {
  if (bytes.empty()) return;
  const auto choice = bytes.front() % 4;
  bytes.remove_prefix(1);
  if (choice == 0) check(dialect.read_event({"", bytes}, make_target(type, Kind::stream)));
  if (choice == 1) check(dialect.read_event({"error", bytes}, make_target(type, Kind::stream)));
  if (choice == 2) check(dialect.read_body(bytes, make_target(type, Kind::completion)));
  if (choice == 3) check(dialect.read_body(bytes, make_target(type, Kind::models)));
  read_error_body(bytes);
}

}  // namespace llm::fuzz
