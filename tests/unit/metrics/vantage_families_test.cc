#include "metrics/vantage_families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/exposition.h"
#include "unit/metrics/strict_parser.h"

namespace llm {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

std::map<std::string, double> samples(const VantageState& state) {
  const auto text = render_families(vantage_families(state), TextFormat::prometheus);
  const auto parsed = test::parse_strictly(text, TextFormat::prometheus);
  EXPECT_EQ(parsed.error, "") << text;
  return {parsed.samples.begin(), parsed.samples.end()};
}

TEST(VantageFamilies, WithoutCanariesThereAreNoneOfTheirs) {
  EXPECT_THAT(samples({}), UnorderedElementsAre(Pair("llm_vantage_down", 0)));
}

TEST(VantageFamilies, ACanaryThatWasNotCheckedYetIsAbsent) {
  VantageState state;
  state.canaries = {{"good", true, WallTime{}, ""},
                    {"bad", false, WallTime{}, "why"},
                    {"new", std::nullopt, std::nullopt, ""}};
  state.down = true;
  EXPECT_THAT(samples(state),
              UnorderedElementsAre(Pair(R"(llm_vantage_canary_success{canary="good"})", 1),
                                   Pair(R"(llm_vantage_canary_success{canary="bad"})", 0),
                                   Pair("llm_vantage_down", 1)));
}

}  // namespace
}  // namespace llm
