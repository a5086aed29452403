#include "probe/phases.h"

#include <gtest/gtest.h>

#include <numeric>

namespace llm {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime at(int ms) { return MonoTime(1'000s + std::chrono::milliseconds(ms)); }

TransportReport whole_report() {
  TransportReport report;
  report.started = at(0);
  report.resolved = at(4);
  report.connected = at(10);
  report.ready = at(30);
  report.sent = at(31);
  report.first_byte = at(100);
  report.ended = at(500);
  report.https = true;
  return report;
}

struct Case {
  const char* name;
  TransportReport report;
  std::optional<MonoTime> prefill_end;
  int end_ms;
  std::array<int, kPhases> want_ms;  // resolve connect tls send wait prefill generation
};

std::vector<Case> cases() {
  const auto report = [](auto change) {
    auto r = whole_report();
    change(r);
    return r;
  };
  const auto until = [&](int reached) {  // how many of the instants were reached
    return report([&](TransportReport& r) {
      if (reached < 1) r.resolved.reset();
      if (reached < 2) r.connected.reset();
      if (reached < 3) r.ready.reset();
      if (reached < 4) r.sent.reset();
      if (reached < 5) r.first_byte.reset();
    });
  };
  return {
      {"a stream", whole_report(), at(250), 480, {4, 6, 20, 1, 69, 150, 230}},
      {"an answer without tokens", whole_report(), {}, 480, {4, 6, 20, 1, 69, 0, 380}},
      {"plain HTTP has no TLS",
       report([](auto& r) { r.https = false; }),
       at(250),
       480,
       {4, 26, 0, 1, 69, 150, 230}},
      {"an open connection goes straight to sending",
       report([](auto& r) { r.reused = true; }),
       at(250),
       480,
       {0, 0, 0, 31, 69, 150, 230}},
      {"failed while resolving", until(0), {}, 480, {480, 0, 0, 0, 0, 0, 0}},
      {"failed while connecting", until(1), {}, 480, {4, 476, 0, 0, 0, 0, 0}},
      {"failed in the handshake", until(2), {}, 480, {4, 6, 470, 0, 0, 0, 0}},
      {"failed while sending", until(3), {}, 480, {4, 6, 20, 450, 0, 0, 0}},
      {"failed while waiting", until(4), {}, 480, {4, 6, 20, 1, 449, 0, 0}},
      {"failed before the first token", whole_report(), at(480), 480, {4, 6, 20, 1, 69, 380, 0}},
      {"a kernel stamp before the first byte was noticed",
       whole_report(),
       at(95),
       480,
       {4, 6, 20, 1, 69, 0, 380}},
      {"an end before the answer was noticed", whole_report(), {}, 60, {4, 6, 20, 1, 29, 0, 0}},
      {"an end before the start", whole_report(), {}, -5, {0, 0, 0, 0, 0, 0, 0}},
  };
}

TEST(Phases, GiveEachMomentToOnePhase) {
  for (const auto& c : cases()) {
    SCOPED_TRACE(c.name);
    const auto times = measure_phases(c.report, c.prefill_end, at(c.end_ms));
    for (std::size_t i = 0; i < kPhases; ++i)
      EXPECT_NEAR(times.seconds[i], c.want_ms[i] / 1e3, 1e-9) << to_string(static_cast<Phase>(i));
    // Exactly, not nearly: whoever adds them up must get what we publish.
    EXPECT_EQ(times.duration, std::accumulate(times.seconds.begin(), times.seconds.end(), 0.0));
  }
}

}  // namespace
}  // namespace llm
