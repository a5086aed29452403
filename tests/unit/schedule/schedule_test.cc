// The schedule under a fake clock: times are numbers of seconds since the monotonic origin.
#include "schedule/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace llm {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Key = Schedule::Key;
using Skipped = Schedule::Skipped;

const MonoTime kOrigin{seconds(5'000)};
const WallTime kWall{seconds(1'700'000'000)};  // a multiple of neither 60 s nor 7 s

MonoTime at(double s) { return kOrigin + Nanos(std::llround(s * 1e9)); }

Target make_target(const std::string& name, Millis interval = seconds(60),
                   const std::string& provider = "openai", std::uint32_t cap = 1'000) {
  Provider p;
  p.name = provider;
  p.max_concurrent = cap;
  Target t;
  t.name = name;
  t.provider = std::make_shared<const Provider>(p);
  t.interval = interval;
  return t;
}

Schedule make_schedule() { return Schedule(kOrigin, kWall); }

// First slot of a target that is alone in the world and loaded at the origin.
MonoTime slot_of(const Target& target) {
  auto alone = make_schedule();
  alone.add(1, target, at(0));
  return *alone.next();
}

// Runs the schedule to `until` as the loop does, waking when next() says. `probe` tells how many
// seconds a probe takes.
struct Start {
  Key key;
  MonoTime when;
};
template <class Duration>
std::vector<Start> run(Schedule& schedule, MonoTime until, Duration probe,
                       std::vector<Skipped>* skipped = nullptr) {
  std::vector<Start> starts;
  std::set<std::pair<MonoTime, Key>> ends;
  while (true) {
    MonoTime now = schedule.next().value_or(until);
    if (!starts.empty()) now = std::max(now, starts.back().when);
    if (!ends.empty() && ends.begin()->first <= now) {
      const auto [when, key] = *ends.begin();
      ends.erase(ends.begin());
      schedule.finished(key);
      now = when;
    }
    if (now >= until) return starts;
    const auto due = schedule.due(now);
    if (skipped) skipped->insert(skipped->end(), due.skipped.begin(), due.skipped.end());
    for (const auto key : due.start) {
      starts.push_back({key, now});
      ends.emplace(now + Nanos(std::llround(probe(key) * 1e9)), key);
    }
  }
}

TEST(StableHash, IsPinnedForeverBecauseItDecidesPhaseAndShard) {
  // FNV-1a of "" is its offset basis, of "a" 0xaf63dc4c8601ec8c (the reference vectors); mixed
  // with MurmurHash3's fmix64 by an independent computation in Python.
  EXPECT_EQ(stable_hash(""), 0xefd01f60ba992926U);
  EXPECT_EQ(stable_hash("a"), 0x82a2a958a9bece5bU);
}

TEST(Phase, IsWithinTheIntervalAndDependsOnTheNameAlone) {
  for (const auto interval :
       {Nanos(1), Nanos(seconds(1)), Nanos(seconds(60)), Nanos(seconds(86'400))}) {
    const auto p = phase("openai/gpt-4o", interval);
    EXPECT_GE(p, Nanos(0));
    EXPECT_LT(p, interval);
    EXPECT_EQ(p, phase("openai/gpt-4o", interval));
  }
  EXPECT_NE(phase("openai/gpt-4o", seconds(60)), phase("openai/gpt-4o-mini", seconds(60)));
}

// Pearson's statistic over 60 seconds of 10,000 names that differ in their digits alone. With 59
// degrees of freedom a fair spread is over 110 once in 20,000 hash functions; plain FNV-1a or the
// plain number would be far over.
TEST(Phase, SpreadsSimilarNamesOverTheInterval) {
  std::array<int, 60> seconds_hit{};
  for (int i = 0; i < 10'000; ++i) {
    const auto p = phase("openai/model-" + std::to_string(i), seconds(60));
    ++seconds_hit[static_cast<std::size_t>(p / seconds(1))];
  }
  double chi = 0;
  for (const int n : seconds_hit)
    chi += (n - 10'000 / 60.0) * (n - 10'000 / 60.0) / (10'000 / 60.0);
  EXPECT_LT(chi, 110);
}

TEST(Shard, OwnsEachTargetExactlyOnceAndFairly) {
  for (const std::uint32_t count : {1U, 2U, 3U, 16U}) {
    std::vector<int> owned(count);
    for (int i = 0; i < 10'000; ++i) {
      const std::string name = "provider-" + std::to_string(i % 10) + "/model-" + std::to_string(i);
      int owners = 0;
      for (std::uint32_t index = 0; index < count; ++index) {
        if (!Shard{index, count}.owns(name)) continue;
        ++owners;
        ++owned[index];
      }
      ASSERT_EQ(owners, 1) << name;
    }
    const double fair = 10'000.0 / count;
    for (const int n : owned) EXPECT_NEAR(n, fair, 5 * std::sqrt(fair)) << count;
  }
}

TEST(Schedule, StartsOnSlotsThatAreAlignedToTheWallClock) {
  const auto target = make_target("openai/gpt-4o");
  auto schedule = make_schedule();
  schedule.add(1, target, at(0));
  const auto starts = run(schedule, at(600), [](Key) { return 1.0; });
  ASSERT_EQ(starts.size(), 10U);
  for (const auto& start : starts) {
    const Nanos wall = kWall.time_since_epoch() + (start.when - kOrigin);
    EXPECT_EQ(wall % seconds(60), phase(target.name, seconds(60)));
  }
}

TEST(Schedule, KeepsSlotsOverARestartAtAnotherMomentAndOnAReplica) {
  const auto target = make_target("openai/gpt-4o");
  const auto first_start = [&](MonoTime origin, WallTime wall, Nanos loaded_after) {
    Schedule schedule(origin, wall);
    schedule.add(1, target, origin + loaded_after);
    return (wall.time_since_epoch() + (*schedule.next() - origin)) % seconds(60);
  };
  const auto reference = first_start(kOrigin, kWall, Nanos(0));
  EXPECT_EQ(first_start(kOrigin, kWall, seconds(1'234)), reference);
  EXPECT_EQ(first_start(MonoTime{seconds(1)}, kWall + seconds(777), Nanos(5)), reference);
  EXPECT_EQ(first_start(MonoTime{}, WallTime{seconds(3)}, Nanos(0)), reference);
}

TEST(Schedule, FirstSlotComesWithinOneIntervalAndMayBeNow) {
  const auto target = make_target("openai/gpt-4o");
  auto schedule = make_schedule();
  schedule.add(1, target, at(0));
  const auto slot = *schedule.next();
  EXPECT_GE(slot, at(0));
  EXPECT_LT(slot, at(60));

  auto exact = make_schedule();
  exact.add(1, target, slot);
  EXPECT_EQ(*exact.next(), slot);
  auto just_missed = make_schedule();
  just_missed.add(1, target, slot + Nanos(1));
  EXPECT_EQ(*just_missed.next(), slot + seconds(60));
}

TEST(Schedule, HasNothingToSayBeforeTheSlotAndWhenEmpty) {
  auto schedule = make_schedule();
  EXPECT_EQ(schedule.next(), std::nullopt);
  EXPECT_THAT(schedule.due(at(1'000)).start, IsEmpty());
  schedule.add(1, make_target("a"), at(0));
  const auto slot = *schedule.next();
  EXPECT_THAT(schedule.due(slot - Nanos(1)).start, IsEmpty());
  const auto due = schedule.due(slot + Nanos(7));
  EXPECT_THAT(due.start, ElementsAre(1));
  EXPECT_THAT(due.lateness, ElementsAre(Nanos(7)));
  EXPECT_EQ(*schedule.next(), slot + seconds(60)) << "a late start does not move later slots";
}

TEST(Schedule, NeverOverlapsATargetWithItselfAndCountsTheSlot) {
  auto schedule = make_schedule();
  schedule.add(1, make_target("a"), at(0));
  const auto slot = *schedule.next();
  EXPECT_THAT(schedule.due(slot).start, ElementsAre(1));

  const auto second = schedule.due(slot + seconds(60));
  EXPECT_THAT(second.start, IsEmpty());
  EXPECT_THAT(second.skipped, ElementsAre(Skipped{1, Skip::overrun, 1}));

  schedule.finished(1);
  EXPECT_EQ(schedule.in_flight(), 0U);
  EXPECT_EQ(*schedule.next(), slot + seconds(120)) << "the missed slot must not be caught up";
  EXPECT_THAT(schedule.due(slot + seconds(120)).start, ElementsAre(1));
}

TEST(Schedule, CapsConcurrencyPerProviderAndServesWaitersInSlotOrder) {
  auto schedule = make_schedule();
  std::vector<std::pair<MonoTime, Key>> order;
  for (Key key = 0; key < 6; ++key) {
    const auto target = make_target("t" + std::to_string(key), seconds(60), "slow", 2);
    order.emplace_back(slot_of(target), key);
    schedule.add(key, target, at(0));
  }
  schedule.add(99, make_target("other", seconds(60), "free", 1), at(0));
  std::sort(order.begin(), order.end());

  const auto now = at(60) - Nanos(1);  // every first slot has come
  const auto first = schedule.due(now);
  std::vector<Key> of_slow = first.start;
  EXPECT_EQ(std::erase(of_slow, 99U), 1U) << "another provider's place";
  EXPECT_THAT(of_slow, ElementsAre(order[0].second, order[1].second));
  EXPECT_GE(*schedule.next(), now) << "nothing to do until a place is free";

  schedule.finished(order[1].second);
  EXPECT_LE(*schedule.next(), now) << "a place is free: at once";
  const auto second = schedule.due(now);
  EXPECT_THAT(second.start, ElementsAre(order[2].second));
  EXPECT_THAT(second.lateness, ElementsAre(now - order[2].first));
  EXPECT_EQ(schedule.in_flight(), 3U);
}

TEST(Schedule, CountsASlotThatComesWhileStillWaitingAsQueueFull) {
  auto schedule = make_schedule();
  schedule.add(1, make_target("a", seconds(60), "slow", 1), at(0));
  schedule.add(2, make_target("b", seconds(60), "slow", 1), at(0));
  const auto first = schedule.due(at(60) - Nanos(1));
  ASSERT_THAT(first.start, SizeIs(1));
  const Key running = first.start[0];
  const Key waiting = 3 - running;

  const auto later = schedule.due(at(120) - Nanos(1));
  EXPECT_THAT(later.start, IsEmpty());
  EXPECT_THAT(later.skipped, testing::UnorderedElementsAre(Skipped{running, Skip::overrun, 1},
                                                           Skipped{waiting, Skip::queue_full, 1}));
  schedule.finished(running);
  EXPECT_THAT(schedule.due(at(120) - Nanos(1)).start, ElementsAre(waiting));
  schedule.finished(waiting);
  EXPECT_THAT(schedule.due(at(120) - Nanos(1)).start, IsEmpty()) << "no slot is caught up";
}

TEST(Schedule, LimitsStartsPerTurnAndTakesTheRestAtOnce) {
  auto schedule = make_schedule();
  for (Key key = 0; key < 100; ++key) schedule.add(key, make_target(std::to_string(key)), at(0));
  const auto now = at(60) - Nanos(1);
  std::vector<std::size_t> turns;
  std::set<Key> started;
  while (*schedule.next() <= now) {
    const auto due = schedule.due(now);
    EXPECT_THAT(due.skipped, IsEmpty());
    turns.push_back(due.start.size());
    started.insert(due.start.begin(), due.start.end());
  }
  EXPECT_THAT(turns, ElementsAre(32U, 32U, 32U, 4U));
  EXPECT_EQ(started.size(), 100U);
}

TEST(Schedule, StartsInOrderOfSlotsWhateverTheKeys) {
  auto schedule = make_schedule();
  std::map<Key, MonoTime> slot;
  for (Key key = 0; key < 32; ++key) {
    slot[key] = slot_of(make_target(std::to_string(key)));
    schedule.add(key, make_target(std::to_string(key)), at(0));
  }
  const auto due = schedule.due(at(60) - Nanos(1));
  ASSERT_EQ(due.start.size(), 32U);
  EXPECT_TRUE(std::is_sorted(due.start.begin(), due.start.end(),
                             [&](Key a, Key b) { return slot[a] < slot[b]; }));
}

// A process that was stopped for ten years: were its 315 million slots counted one by one, this
// test would not end in time.
TEST(Schedule, CountsTheSlotsOfALongStopByDivision) {
  auto schedule = make_schedule();
  schedule.add(1, make_target("idle", seconds(1)), at(0));
  schedule.add(2, make_target("busy", seconds(1)), at(0));
  const auto first = schedule.due(at(1) - Nanos(1));
  ASSERT_THAT(first.start, SizeIs(2));
  schedule.finished(1);

  constexpr std::uint64_t kYears = 10 * 365 * 86'400ULL;
  const auto now = at(1) - Nanos(1) + seconds(kYears);
  const auto due = schedule.due(now);
  EXPECT_THAT(due.start, ElementsAre(1)) << "one probe, for the latest slot";
  EXPECT_LT(due.lateness.at(0), seconds(1));
  EXPECT_THAT(due.skipped, testing::UnorderedElementsAre(Skipped{1, Skip::overrun, kYears - 1},
                                                         Skipped{2, Skip::overrun, kYears}));
  EXPECT_GT(*schedule.next(), now);
}

TEST(Schedule, RemovedTargetIsForgottenInEveryStateAndItsPlaceComesBack) {
  auto schedule = make_schedule();
  const auto add = [&](Key key) {
    schedule.add(key, make_target(std::to_string(key), seconds(60), "p", 1), at(0));
  };
  const auto now = at(60) - Nanos(1);

  add(1);
  schedule.remove(1);  // idle
  EXPECT_EQ(schedule.next(), std::nullopt);

  add(1), add(2), add(3);
  const auto first = schedule.due(now);
  ASSERT_THAT(first.start, SizeIs(1));
  const Key running = first.start[0];
  const Key waiting = running == 2 ? 1 : 2;
  const Key other = 6 - running - waiting;
  schedule.remove(waiting);  // waiting: the other one is next
  schedule.remove(running);  // in flight: the place is taken until finished()
  EXPECT_THAT(schedule.due(now).start, IsEmpty());
  EXPECT_EQ(schedule.in_flight(), 1U);
  schedule.finished(running);
  EXPECT_EQ(schedule.in_flight(), 0U);

  add(4);
  schedule.remove(other);  // ready: its place goes to nobody yet
  EXPECT_THAT(schedule.due(now).start, ElementsAre(4));
  schedule.remove(4);
  schedule.finished(4);
  schedule.finished(4);  // unknown by now
  EXPECT_EQ(schedule.next(), std::nullopt);
}

TEST(Schedule, ReadyPlaceOfARemovedTargetGoesToTheNextOneWaiting) {
  auto schedule = make_schedule();
  std::vector<std::pair<MonoTime, Key>> order;
  for (Key key = 1; key <= 3; ++key) {
    const auto target = make_target(std::to_string(key), seconds(60), "p", 1);
    order.emplace_back(slot_of(target), key);
    schedule.add(key, target, at(0));
  }
  std::sort(order.begin(), order.end());
  const auto now = at(60) - Nanos(1);
  EXPECT_THAT(schedule.due(now).start, ElementsAre(order[0].second));
  schedule.finished(order[0].second);  // the second is ready now
  schedule.remove(order[1].second);
  EXPECT_THAT(schedule.due(now).start, ElementsAre(order[2].second));
}

TEST(Schedule, ReAddedWhileInFlightDoesNotOverlap) {
  auto schedule = make_schedule();
  schedule.add(1, make_target("a", seconds(60), "p", 2), at(0));
  ASSERT_THAT(schedule.due(at(60) - Nanos(1)).start, ElementsAre(1));
  schedule.remove(1);
  schedule.add(1, make_target("a", seconds(30), "p", 2), at(60));
  const auto during = schedule.due(at(90));
  EXPECT_THAT(during.start, IsEmpty());
  EXPECT_THAT(during.skipped, ElementsAre(Skipped{1, Skip::overrun, 1}));
  schedule.finished(1);
  EXPECT_THAT(schedule.due(at(120)).start, ElementsAre(1));
  EXPECT_EQ(schedule.in_flight(), 1U);
}

// Retry-After: slots before the latest hold pass and are counted, later ones start as ever.
TEST(Schedule, AHeldTargetWaitsAndTheLatestHoldCounts) {
  const auto target = make_target("a");
  auto schedule = make_schedule();
  schedule.add(1, target, at(0));
  const auto slot = slot_of(target);
  ASSERT_THAT(schedule.due(slot).start, ElementsAre(1));
  schedule.finished(1);
  schedule.hold(1, slot + seconds(150));
  schedule.hold(1, slot + seconds(10));  // an earlier end does not shorten it
  schedule.hold(7, slot);                // unknown: nothing
  for (const int passed : {60, 120}) {
    const auto due = schedule.due(slot + seconds(passed));
    EXPECT_THAT(due.start, IsEmpty());
    EXPECT_THAT(due.skipped, ElementsAre(Skipped{1, Skip::waiting, 1}));
  }
  const auto due = schedule.due(slot + seconds(180));
  EXPECT_THAT(due.start, ElementsAre(1));
  EXPECT_THAT(due.skipped, IsEmpty());
}

TEST(Schedule, AHoldTakesATargetOutOfTheQueueAndGivesItsPlaceAway) {
  const auto cap_of_one = [](const std::string& name) {
    return make_target(name, seconds(60), "openai", 1);
  };
  auto schedule = make_schedule();
  for (const Key key : {1, 2, 3}) schedule.add(key, cap_of_one(std::to_string(key)), at(0));
  const auto now = at(60) - Nanos(1);
  const auto running = schedule.due(now).start;
  ASSERT_THAT(running, SizeIs(1));
  std::vector<Key> waiting;
  for (const Key key : {1, 2, 3}) {
    if (key != running[0]) waiting.push_back(key);
  }
  schedule.hold(waiting[0], at(10'000));
  schedule.finished(running[0]);
  EXPECT_THAT(schedule.due(now).start, ElementsAre(waiting[1]));
  EXPECT_EQ(schedule.in_flight(), 1U);
}

TEST(Schedule, RaisedCapLetsWaitersGoAtTheReload) {
  auto schedule = make_schedule();
  schedule.add(1, make_target("a", seconds(60), "p", 1), at(0));
  schedule.add(2, make_target("b", seconds(60), "p", 1), at(0));
  const auto now = at(60) - Nanos(1);
  ASSERT_THAT(schedule.due(now).start, SizeIs(1));
  schedule.add(3, make_target("c", seconds(60), "p", 2), now);
  EXPECT_THAT(schedule.due(now).start, SizeIs(1));
}

// Extra starts, in seconds after the slot of a target with an interval of 60 s whose first probe
// has just ended.
TEST(Schedule, AnExtraStartComesOnceUnlessASlotComesFirst) {
  struct Case {
    const char* what;
    double when, held_until;
    bool accepted;
    std::vector<double> starts;
  };
  const Case cases[] = {
      {"between two slots", 8, 0, true, {8, 60, 120}},
      {"at once", 1, 0, true, {1, 60, 120}},
      {"with the next slot", 60, 0, false, {60, 120}},
      {"after the next slot", 61, 0, false, {60, 120}},
      {"told to wait longer", 8, 9, false, {60, 120}},
      {"told to wait until then", 8, 8, true, {8, 60, 120}},
      {"told to wait over the next slot", 8, 70, false, {120}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const auto target = make_target("a");
    const auto slot = slot_of(target);
    const auto after = [&](double s) { return slot + Nanos(std::llround(s * 1e9)); };
    auto schedule = make_schedule();
    schedule.add(1, target, at(0));
    ASSERT_THAT(schedule.due(slot).start, ElementsAre(1));
    schedule.finished(1);
    if (c.held_until > 0) schedule.hold(1, after(c.held_until));
    EXPECT_EQ(schedule.once(1, after(c.when)), c.accepted);
    std::vector<double> starts;
    for (const auto& start : run(schedule, after(130), [](Key) { return 1.0; })) {
      starts.push_back(to_seconds(start.when - slot));
    }
    EXPECT_EQ(starts, c.starts);
  }
}

TEST(Schedule, AnExtraStartIsToldFromASlotsAndSlotsKeepTheirTimes) {
  const auto slot = slot_of(make_target("a"));
  auto schedule = make_schedule();
  schedule.add(1, make_target("a"), at(0));
  EXPECT_THAT(schedule.due(slot).extra, ElementsAre(false));
  schedule.finished(1);
  EXPECT_TRUE(schedule.once(1, slot + seconds(9)));
  EXPECT_TRUE(schedule.once(1, slot + seconds(7))) << "the later call takes its place";
  EXPECT_EQ(*schedule.next(), slot + seconds(7));
  const auto due = schedule.due(slot + seconds(8));
  EXPECT_THAT(due.start, ElementsAre(1));
  EXPECT_THAT(due.extra, ElementsAre(true));
  EXPECT_THAT(due.lateness, ElementsAre(seconds(1)));
  EXPECT_EQ(*schedule.next(), slot + seconds(60));
  schedule.finished(1);
  EXPECT_THAT(schedule.due(slot + seconds(60)).extra, ElementsAre(false));
}

TEST(Schedule, AnExtraStartNeverOverlapsAndIsForgottenWithItsTarget) {
  const auto slot = slot_of(make_target("a"));
  auto schedule = make_schedule();
  EXPECT_FALSE(schedule.once(1, at(0))) << "unknown";
  schedule.add(1, make_target("a"), at(0));
  schedule.due(slot);
  EXPECT_TRUE(schedule.once(1, slot + seconds(5)));
  const auto during = schedule.due(slot + seconds(5));
  EXPECT_THAT(during.start, IsEmpty());
  EXPECT_THAT(during.skipped, IsEmpty()) << "no slot passed";
  schedule.finished(1);
  EXPECT_THAT(schedule.due(slot + seconds(6)).start, IsEmpty()) << "it is not caught up";

  EXPECT_TRUE(schedule.once(1, slot + seconds(8)));
  schedule.remove(1);
  EXPECT_EQ(schedule.next(), std::nullopt);
  schedule.add(1, make_target("a"), slot + seconds(7));
  EXPECT_THAT(schedule.due(slot + seconds(8)).start, IsEmpty());
}

// In a lane with one place, which another target has.
TEST(Schedule, AnExtraStartWaitsForAPlaceAndGivesWayToTheSlot) {
  const auto slot = slot_of(make_target("a"));
  for (const int freed_after : {20, 70}) {
    SCOPED_TRACE(freed_after);
    auto schedule = make_schedule();
    schedule.add(1, make_target("a", seconds(60), "p", 1), at(0));
    schedule.due(slot);
    schedule.finished(1);
    schedule.add(2, make_target("b", seconds(86'400), "p", 1), slot);
    ASSERT_TRUE(schedule.once(2, slot));
    ASSERT_THAT(schedule.due(slot).start, ElementsAre(2)) << "has the place";

    ASSERT_TRUE(schedule.once(1, slot + seconds(8)));
    EXPECT_THAT(schedule.due(slot + seconds(8)).start, IsEmpty());
    EXPECT_FALSE(schedule.once(1, slot + seconds(70))) << "the slot comes first";
    ASSERT_TRUE(schedule.once(1, slot + seconds(9)));
    EXPECT_THAT(schedule.due(slot + seconds(9)).start, IsEmpty());
    const auto at_slot = freed_after > 60 ? schedule.due(slot + seconds(60)) : Schedule::Due{};
    EXPECT_THAT(at_slot.start, IsEmpty());
    EXPECT_THAT(at_slot.skipped, IsEmpty()) << "the slot waits, not the extra start";
    schedule.finished(2);
    const auto due = schedule.due(slot + seconds(freed_after));
    EXPECT_THAT(due.start, ElementsAre(1));
    EXPECT_THAT(due.extra, ElementsAre(freed_after < 60));
  }
}

TEST(Schedule, KnowsTheSlotFromAnyTimeOn) {
  const auto slot = slot_of(make_target("a"));
  auto schedule = make_schedule();
  schedule.add(1, make_target("a"), at(0));
  const std::pair<Nanos, Nanos> cases[] = {
      {seconds(-100), seconds(0)},
      {seconds(0), seconds(0)},
      {Nanos(1), seconds(60)},
      {seconds(60), seconds(60)},
      {seconds(60) + Nanos(1), seconds(120)},
      {seconds(3'599), seconds(3'600)},
  };
  for (const auto& [from, expected] : cases) {
    EXPECT_EQ(schedule.slot_from(1, slot + from), slot + expected) << from.count();
  }
  schedule.hold(1, slot + seconds(90));
  EXPECT_EQ(schedule.slot_from(1, slot), slot + seconds(120)) << "told to wait";
}

// Ten minutes of 10,000 targets of 20 providers with probes of up to 90 s: the promises hold at
// once.
TEST(Schedule, HoldsItsPromisesWithTenThousandTargets) {
  auto schedule = make_schedule();
  constexpr std::size_t kTargets = 10'000, kProviders = 20;
  constexpr std::uint32_t kCap = 600;
  for (Key key = 0; key < kTargets; ++key) {
    schedule.add(key,
                 make_target("t/" + std::to_string(key), seconds(60),
                             "p" + std::to_string(key % kProviders), kCap),
                 at(0));
  }
  const auto duration = [](Key key) { return key % 100 == 0 ? 90.0 : 2.0; };
  std::vector<Skipped> skipped;
  const auto starts = run(schedule, at(600), duration, &skipped);

  std::vector<int> starts_of(kTargets), skips_of(kTargets);
  std::vector<MonoTime> last_end(kTargets, MonoTime::min());
  for (const auto& start : starts) {
    ASSERT_GE(start.when, last_end[start.key]) << "overlap";
    last_end[start.key] = start.when + Nanos(std::llround(duration(start.key) * 1e9));
    ++starts_of[start.key];
  }
  for (const auto& [key, why, slots] : skipped) {
    EXPECT_EQ(why, Skip::overrun);
    skips_of[key] += static_cast<int>(slots);
  }
  for (Key key = 0; key < kTargets; ++key) {
    ASSERT_EQ(starts_of[key] + skips_of[key], 10) << "every slot is either probed or counted";
    ASSERT_EQ(skips_of[key], key % 100 == 0 ? 5 : 0);
  }
}

}  // namespace
}  // namespace llm
