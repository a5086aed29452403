// The two clocks. Everything that is measured uses the monotonic one; the wall clock is only for
// timestamps that people and Prometheus read.
#pragma once

#include <chrono>
#include <string>

namespace llm {

using MonoTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;
using Nanos = std::chrono::nanoseconds;

inline MonoTime mono_now() { return std::chrono::steady_clock::now(); }
inline WallTime wall_now() { return std::chrono::system_clock::now(); }

// Seconds as the double that metrics and JSON carry.
template <class Rep, class Period>
constexpr double to_seconds(std::chrono::duration<Rep, Period> d) {
  return std::chrono::duration<double>(d).count();
}
inline double to_unix_seconds(WallTime t) { return to_seconds(t.time_since_epoch()); }

// RFC 3339 in UTC with whole seconds; empty if unknown.
std::string timestamp(double unix_seconds);

}  // namespace llm
