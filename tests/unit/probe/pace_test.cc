#include "probe/pace.h"

#include <gtest/gtest.h>

namespace llm {
namespace {

using namespace std::chrono_literals;

struct Case {
  const char* name;
  std::optional<std::uint64_t> output, reasoning;
  bool apart, streamed_reasoning;
  std::uint32_t token_events;
  std::chrono::milliseconds generation;
  std::optional<double> want_tpot, want_speed;
};

const Case kCases[] = {
    {"33 tokens in 0.32 s", 33, {}, false, false, 9, 320ms, 0.01, 100},
    {"31 tokens are too few for a speed", 31, {}, false, false, 9, 300ms, 0.01, {}},
    {"49 ms are too short for a speed", 50, {}, false, false, 9, 49ms, 0.001, {}},
    {"all in one chunk", 33, {}, false, false, 1, 0ms, {}, {}},
    {"all in one read", 33, {}, false, false, 9, 0ms, {}, {}},
    {"one token", 1, {}, false, false, 2, 10ms, {}, {}},
    {"no usage: chunks are not counted instead", {}, {}, false, false, 9, 320ms, {}, {}},
    {"hidden reasoning was over before the first token", 133, 100, false, false, 9, 320ms, 0.01,
     100},
    {"streamed reasoning is part of the stream", 33, 20, false, true, 9, 320ms, 0.01, 100},
    {"more reasoning than output makes no sense", 10, 20, false, false, 9, 320ms, {}, {}},
    {"hidden reasoning that is no part of the output", 33, 100, true, false, 9, 320ms, 0.01, 100},
    {"streamed reasoning that is none", 13, 20, true, true, 9, 320ms, 0.01, 100},
};

TEST(Pace, IsMeasuredBetweenFirstAndLastToken) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    Said said;
    said.streamed_reasoning = c.streamed_reasoning;
    if (c.output || c.reasoning) {
      said.usage.emplace();
      said.usage->output = c.output;
      said.usage->reasoning = c.reasoning;
      said.usage->reasoning_apart = c.apart;
    }
    SaidAt at;
    at.token_events = c.token_events;
    at.first_token = Arrival{MonoTime(10s), true};
    at.last_token = MonoTime(10s) + c.generation;
    at.max_gap = 70ms;
    const auto pace = measure_pace(said, at);
    ASSERT_EQ(pace.tpot_seconds.has_value(), c.want_tpot.has_value());
    if (c.want_tpot) {
      EXPECT_NEAR(*pace.tpot_seconds, *c.want_tpot, 1e-9);
    }
    ASSERT_EQ(pace.tokens_per_second.has_value(), c.want_speed.has_value());
    if (c.want_speed) {
      EXPECT_NEAR(*pace.tokens_per_second, *c.want_speed, 1e-6);
    }
    EXPECT_EQ(pace.max_gap_seconds.has_value(), c.token_events >= 2);
  }
}

TEST(Pace, IsUnknownWithoutTokens) {
  const auto pace = measure_pace({}, {});
  EXPECT_FALSE(pace.tpot_seconds || pace.max_gap_seconds || pace.tokens_per_second);
}

}  // namespace
}  // namespace llm
