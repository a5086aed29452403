#include "money/budget_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace llm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Config config_of(const std::string& budget, const std::string& probe = "") {
  auto config = parse_config("budget: {" + budget + R"(}
providers:
  - name: p
    type: openai-compatible
    base_url: http://127.0.0.1:1/v1
    probes:
      - {kind: models}
      - {models: [m], prompt: pong, max_output_tokens: 16)" +
                                 probe + "}\n",
                             "test.yml");
  EXPECT_TRUE(config) << to_string(config.error().at(0));
  return std::move(*config);
}

// 4 bytes of prompt, 256 of overhead and 16 of output: 276 tokens at worst.
TEST(BudgetWarnings, ABoundBelowOneProbeIsSaid) {
  EXPECT_THAT(budget_warnings(config_of("tokens_per_day: 276"), nullptr), IsEmpty());
  EXPECT_THAT(budget_warnings(config_of("tokens_per_day: 275"), nullptr),
              ElementsAre(HasSubstr("one probe of p/m may use 276 tokens, and tokens_per_day "
                                    "leaves 275")));
  EXPECT_THAT(budget_warnings(config_of("tokens_per_day: 500"), nullptr, 2),
              ElementsAre(HasSubstr("leaves 250")));
}

TEST(BudgetWarnings, DollarsDoNotBoundWhatHasNoPrice) {
  EXPECT_THAT(budget_warnings(config_of("usd_per_day: 1"), nullptr),
              ElementsAre(HasSubstr("1 target(s) have no price, so usd_per_day does not bound "
                                    "them (p/m)")));
  const auto priced = ", price: {input: 1, output: 4}";
  EXPECT_THAT(budget_warnings(config_of("usd_per_day: 1", priced), nullptr), IsEmpty());
  EXPECT_THAT(budget_warnings(config_of("usd_per_day: 0.0001", priced), nullptr),
              ElementsAre(HasSubstr("may cost 0.000324 USD, and usd_per_day leaves 0.0001")));
}

}  // namespace
}  // namespace llm
