// llm_failover_*, as /metrics has it.
#include "metrics/failover_families.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "metrics/exposition.h"
#include "unit/metrics/make_roster.h"
#include "unit/metrics/strict_parser.h"

namespace llm {
namespace {

TEST(FailoverFamilies, OneGroup) {
  FailoverView view;
  view.group.name = "chat";
  for (const auto* name : {"acme/a", "acme/b", "acme/c"}) {
    auto target = test::make_target();
    target->name = name;
    view.group.targets.push_back(name);
    view.targets.push_back(std::move(target));
    view.candidates.emplace_back();
  }
  view.candidates[0].health.healthy = false;
  view.candidates[0].score = 0;
  view.candidates[1].score = 0.75;
  view.recommendation = {1, 1'700'000'000};
  view.switches = 3;
  FailoverState state;
  state.groups.push_back(std::make_shared<const FailoverView>(view));

  const auto parsed = test::parse_strictly(
      render_families(failover_families(state), TextFormat::prometheus), TextFormat::prometheus);
  ASSERT_EQ(parsed.error, "");
  const auto of = [](std::string_view metric, std::string_view target) {
    return fmt::format(R"({}{{group="chat",target="{}",provider="acme",model="m-1"}})", metric,
                       target);
  };
  const test::Samples expected{
      {of("llm_failover_recommended", "acme/a"), 0},
      {of("llm_failover_recommended", "acme/b"), 1},
      {of("llm_failover_recommended", "acme/c"), 0},
      {of("llm_failover_primary", "acme/a"), 1},
      {of("llm_failover_primary", "acme/b"), 0},
      {of("llm_failover_primary", "acme/c"), 0},
      {of("llm_failover_score", "acme/a"), 0},
      {of("llm_failover_score", "acme/b"), 0.75},  // of c nothing is known
      {R"(llm_failover_healthy_candidates{group="chat"})", 2},
      {R"(llm_failover_switches_total{group="chat"})", 3},
  };
  EXPECT_EQ(parsed.samples, expected);
}

TEST(FailoverFamilies, NoGroupNoSeries) { EXPECT_TRUE(failover_families({}).empty()); }

}  // namespace
}  // namespace llm
