#include "simulator/fault.h"

#include <gtest/gtest.h>

#include <set>

namespace llm::sim {
namespace {

using namespace std::chrono_literals;

TEST(When, AllConditionsMustHold) {
  const When always;
  const When of_model{.models = {"m"}};
  const When rare{.probability = 0.3};
  const When numbered{.requests = {3, 5}};
  const When fifth{.every = 5};
  const When window{.from = 30s, .to = 60s};
  const When periodic{.from = 10s, .to = 20s, .period = 60s};
  const When both{.models = {"m"}, .every = 2};
  const struct {
    const When& when;
    Occasion occasion;
    bool expected;
  } rows[] = {
      {always, {"m", 1, 0s, 0.999}, true},   {always, {"", 1, 0s, 0}, true},
      {of_model, {"m", 1, 0s, 0}, true},     {of_model, {"n", 1, 0s, 0}, false},
      {of_model, {"", 1, 0s, 0}, false},     {rare, {"m", 1, 0s, 0.29}, true},
      {rare, {"m", 1, 0s, 0.3}, false},      {numbered, {"m", 3, 0s, 0}, true},
      {numbered, {"m", 4, 0s, 0}, false},    {fifth, {"m", 4, 0s, 0}, false},
      {fifth, {"m", 5, 0s, 0}, true},        {fifth, {"m", 10, 0s, 0}, true},
      {window, {"m", 1, 29999ms, 0}, false}, {window, {"m", 1, 30s, 0}, true},
      {window, {"m", 1, 60s, 0}, false},     {periodic, {"m", 1, 9s, 0}, false},
      {periodic, {"m", 1, 10s, 0}, true},    {periodic, {"m", 1, 20s, 0}, false},
      {periodic, {"m", 1, 610s, 0}, true},   {periodic, {"m", 1, 620s, 0}, false},
      {both, {"m", 2, 0s, 0}, true},         {both, {"m", 3, 0s, 0}, false},
      {both, {"n", 2, 0s, 0}, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(applies(row.when, row.occasion), row.expected) << &row - rows;
  }
}

TEST(FaultNames, AreUniqueAndCoverEveryKind) {
  std::set<std::string_view> names;
  std::set<FaultKind> kinds;
  for (const auto& row : fault_names()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    kinds.insert(row.kind);
  }
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(FaultKind::redirect_loop) + 1);
}

}  // namespace
}  // namespace llm::sim
