// Failover groups over the life of an exporter: results, time, reloads.
#include "state/failover_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/log.h"
#include "unit/state/make_probe.h"

namespace llm {
namespace {

using test::at;
using test::make_result;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kStart = 1'700'000'000;

std::shared_ptr<RosterEntry> make_entry(const std::string& name) {
  auto target = test::make_target();
  target->name = name;
  target->interval = Millis(600'000);  // data stays fresh beyond the dwell
  auto entry = std::make_shared<RosterEntry>();
  entry->target = std::move(target);
  entry->added = at(kStart);
  return entry;
}

class FailoverGroupsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { log::init(log::Level::error, log::Format::logfmt); }
  FailoverGroupsTest() {
    for (const auto* name : {"a/m", "b/m", "c/m"}) roster_.entries.push_back(make_entry(name));
    group_.name = "chat";
    group_.targets = {"a/m", "b/m", "c/m"};
    apply();
  }
  void apply() { groups_.apply({group_}, roster_, at(now_), vantage_down_); }

  RosterEntry& entry(const std::string& name) {
    for (const auto& e : roster_.entries)
      if (e->target->name == name) return *e;
    throw std::out_of_range(name);
  }
  void finish(const std::string& name, Outcome outcome, int times = 1) {
    for (int i = 0; i < times; ++i) {
      auto state = entry(name).state.get();
      record(state, make_result(entry(name).target, outcome), at(now_));
      entry(name).state.put(state);
      groups_.note(name, at(now_), vantage_down_);
    }
  }
  void all_good() {
    for (const auto& e : roster_.entries) finish(e->target->name, Outcome::ok, 3);
  }
  const FailoverView& view() {
    state_ = groups_.get();
    EXPECT_EQ(state_->groups.size(), 1U);
    return *state_->groups.at(0);
  }
  std::string recommended() { return view().recommended().name; }

  Roster roster_;
  FailoverGroup group_;
  double now_ = kStart;
  bool vantage_down_ = false;
  FailoverGroups groups_;
  std::shared_ptr<const FailoverState> state_;
};

TEST_F(FailoverGroupsTest, StartsWithThePrimaryAndNoChange) {
  EXPECT_EQ(recommended(), "a/m");
  EXPECT_EQ(view().switches, 0U);
  EXPECT_THAT(view().log, IsEmpty());
  EXPECT_EQ(view().candidates.size(), 3U);
  EXPECT_TRUE(std::isnan(view().candidates[0].score));
}

TEST_F(FailoverGroupsTest, ThereAndBack) {
  all_good();
  finish("a/m", Outcome::overloaded, 2);
  EXPECT_EQ(recommended(), "a/m") << "two are not three";
  now_ += 1;
  finish("a/m", Outcome::overloaded);
  EXPECT_EQ(recommended(), "b/m") << "with the third, without waiting for anything";
  EXPECT_EQ(view().explanation.why, "a/m: 3 failed checks in a row, the last: overloaded");
  EXPECT_EQ(view().candidates[0].score, 0);
  EXPECT_EQ(view().candidates[1].score, 1);
  finish("a/m", Outcome::ok, 3);
  EXPECT_EQ(recommended(), "b/m") << "the dwell";
  now_ += 299;
  groups_.note_time(at(now_), false);
  EXPECT_EQ(recommended(), "b/m");
  now_ += 1;
  groups_.note_time(at(now_), false);
  EXPECT_EQ(recommended(), "a/m") << "the end of the dwell needs no result";
  ASSERT_EQ(view().log.size(), 2U);
  EXPECT_EQ(view().log[0].from, "a/m");
  EXPECT_EQ(view().log[0].to, "b/m");
  EXPECT_EQ(view().log[0].at_unix_seconds, kStart + 1);
  EXPECT_EQ(view().log[1].why, "a/m: 3 good checks in a row");
  EXPECT_EQ(view().switches, 2U);
}

TEST_F(FailoverGroupsTest, OurNetworkDownMovesNothing) {
  all_good();
  vantage_down_ = true;
  for (const auto* name : {"a/m", "b/m", "c/m"}) finish(name, Outcome::local_network, 5);
  now_ += 3600;
  groups_.note_time(at(now_), true);
  EXPECT_EQ(recommended(), "a/m");
  EXPECT_THAT(view().explanation.why, HasSubstr("our own network is down"));
}

TEST_F(FailoverGroupsTest, AReloadKeepsRecommendationLogAndDwell) {
  all_good();
  finish("a/m", Outcome::auth);
  EXPECT_EQ(recommended(), "b/m");
  group_.targets = {"c/m", "a/m", "b/m"};
  apply();
  EXPECT_EQ(recommended(), "b/m") << "its place changed, the recommendation did not";
  EXPECT_EQ(view().log.size(), 1U);
  now_ += 300;
  groups_.note_time(at(now_), false);
  EXPECT_EQ(recommended(), "c/m");
  EXPECT_EQ(view().switches, 2U);

  group_.targets = {"b/m", "a/m"};
  apply();
  EXPECT_EQ(recommended(), "b/m");
  EXPECT_EQ(view().log.back().why, "c/m is not in the group any more");
  EXPECT_EQ(view().switches, 3U);

  group_.name = "other";
  apply();
  EXPECT_THAT(view().log, IsEmpty()) << "another group";
}

TEST_F(FailoverGroupsTest, AGroupWhoseTargetsAreElsewhereIsLeftOut) {
  roster_.entries.pop_back();
  apply();
  EXPECT_THAT(groups_.get()->groups, IsEmpty());
}

TEST_F(FailoverGroupsTest, MaxTtftTakesTheSlowOut) {
  group_.max_ttft = Millis(2'000);
  apply();
  all_good();
  auto state = entry("a/m").state.get();
  auto slow = make_result(entry("a/m").target, Outcome::ok);
  slow.ttft_seconds = 2.5;
  record(state, slow, at(now_));
  entry("a/m").state.put(state);
  groups_.note("a/m", at(now_), false);
  EXPECT_EQ(recommended(), "b/m");
  EXPECT_EQ(view().explanation.rejected[0], "p95 TTFT 2.5 s is over max_ttft 2s");
}

TEST_F(FailoverGroupsTest, TheLogIsBounded) {
  for (std::size_t i = 0; i < kMaxChanges + 10; ++i) {
    finish("a/m", Outcome::auth);
    finish("a/m", Outcome::ok, 3);
    now_ += 300;
    groups_.note_time(at(now_), false);
  }
  EXPECT_EQ(view().log.size(), kMaxChanges);
  EXPECT_EQ(view().switches, 2 * (kMaxChanges + 10));
  EXPECT_EQ(view().log.back().at_unix_seconds, now_);
}

// Random lives of providers, through the real state of targets: outages, waits, lost keys, our own
// network. What the recommendation promises holds whatever happens.
TEST_F(FailoverGroupsTest, KeepsItsPromisesThroughRandomOutages) {
  std::mt19937 random(3);
  const auto chance = [&](int one_in) { return random() % one_in == 0; };
  std::map<std::string, int> trouble;  // which, of each target
  constexpr Outcome kTroubles[] = {Outcome::ok,           Outcome::overloaded, Outcome::timeout,
                                   Outcome::rate_limited, Outcome::auth,       Outcome::not_found};
  double changed_at = kUnknown;
  std::string before = recommended();
  int changes = 0;
  for (int step = 0; step < 5'000; ++step) {
    now_ += 10;
    if (chance(500)) vantage_down_ = !vantage_down_;
    const auto& e = roster_.entries[random() % roster_.entries.size()];
    const auto& name = e->target->name;
    if (chance(20)) trouble[name] = static_cast<int>(random() % std::size(kTroubles));
    finish(name, vantage_down_ ? Outcome::local_network
                 : chance(10)  ? Outcome::server_error
                               : kTroubles[trouble[name]]);

    bool any_healthy = false, recommended_down = false;
    for (const auto& c : view().candidates) any_healthy |= c.health.verdict == Verdict::healthy;
    recommended_down = !view().candidates[view().recommendation.index].health.healthy;
    ASSERT_FALSE(any_healthy && recommended_down);
    if (recommended() == before) continue;
    ++changes;
    const auto left = std::ranges::find(group_.targets, before) - group_.targets.begin();
    if (now_ - changed_at < to_seconds(group_.dwell)) {
      ASSERT_FALSE(view().candidates[static_cast<std::size_t>(left)].health.healthy)
          << "changed twice within the dwell";
    }
    changed_at = now_;
    before = recommended();
  }
  EXPECT_GT(changes, 10);
}

}  // namespace
}  // namespace llm
