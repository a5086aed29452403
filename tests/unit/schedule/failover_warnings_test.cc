// Which failover groups a shard says it cannot evaluate.
#include "schedule/failover_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace llm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

FailoverGroup group(std::string name, std::vector<std::string> targets) {
  FailoverGroup group;
  group.name = std::move(name);
  group.targets = std::move(targets);
  return group;
}

TEST(FailoverWarnings, OfGroupsThatAreSplit) {
  // Two targets of each of two shards, whatever their hashes are.
  std::vector<std::string> names[2];
  for (int i = 0; names[0].size() < 2 || names[1].size() < 2; ++i) {
    const auto name = "p/m" + std::to_string(i);
    names[Shard{0, 2}.owns(name) ? 0 : 1].push_back(name);
  }
  Config config;
  config.failover = {group("first", {names[0][0], names[0][1]}),
                     group("second", {names[1][0], names[1][1]}),
                     group("split", {names[0][0], names[1][0], names[1][1]})};
  EXPECT_THAT(failover_warnings(config, {0, 1}), IsEmpty());
  EXPECT_THAT(failover_warnings(config, {0, 2}),
              ElementsAre("failover: group split is not evaluated, because shard 0/2 probes only 1 "
                          "of its 3 targets; let one exporter without --shard probe them"));
  EXPECT_THAT(failover_warnings(config, {1, 2}), testing::SizeIs(1));
}

}  // namespace
}  // namespace llm
