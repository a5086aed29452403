// Asking and judging with a clock that is a number.
#include "vantage/inquiry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace llm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Verdict = Inquiry::Verdict;

constexpr MonoTime kStart{1h};

Witness witness(const std::string& address) {
  return {place_of(address), Step::connect, Step::connect};
}
LostProbe lost(const std::string& url = "https://192.0.2.99/v1") {
  return {place_of(url), Step::connect};
}
const Testimony kFine{};
const Testimony kFails{Step::connect, "refused"};

Inquiry::Due due_at(Inquiry& inquiry, Nanos after) { return inquiry.due(kStart + after); }

class InquiryTest : public testing::Test {
 protected:
  void begin(std::size_t witnesses, Inquiry::Rules rules = {.timeout = 5s}) {
    std::vector<Witness> all;
    for (std::size_t i = 0; i < witnesses; ++i)
      all.push_back(witness("192.0.2." + std::to_string(i + 1) + ":443"));
    inquiry_.begin(std::move(all), rules, kStart);
  }
  // A probe that is lost as soon as it begins.
  bool hold(Inquiry::Key key, MonoTime at, const std::string& url = "https://192.0.2.99/v1") {
    return inquiry_.hold(key, lost(url), at, at);
  }
  Inquiry inquiry_;
};

TEST_F(InquiryTest, VerdictsOneRowACase) {
  struct Row {
    const char* what;
    std::vector<Testimony> said;
    std::vector<Verdict> verdicts;
  };
  const Row rows[] = {
      {"all fail: ours", {kFails, kFails, kFails}, {{7, true}}},
      {"one is fine: theirs", {kFails, kFails, kFine}, {{7, false}}},
      {"at once, without waiting for the others", {kFine}, {{7, false}}},
      {"some are not heard yet", {kFails, kFails}, {}},
      {"nobody is heard yet", {}, {}},
  };
  for (const auto& row : rows) {
    begin(3);
    EXPECT_THAT(due_at(inquiry_, 0s).ask, IsEmpty()) << "nobody is asked without need";
    ASSERT_TRUE(hold(7, kStart));
    EXPECT_THAT(due_at(inquiry_, 0s).ask, ElementsAre(0, 1, 2));
    for (std::size_t i = 0; i < row.said.size(); ++i) inquiry_.heard(i, row.said[i], kStart);
    EXPECT_EQ(due_at(inquiry_, 1s).verdicts, row.verdicts) << row.what;
    inquiry_.withdraw(7);
  }
}

TEST_F(InquiryTest, OneQuestionServesAllWhoWait) {
  begin(1);
  ASSERT_TRUE(hold(1, kStart));
  EXPECT_THAT(due_at(inquiry_, 0s).ask, ElementsAre(0));
  // It is on its way: what it will say comes after this probe was lost, too.
  ASSERT_TRUE(hold(2, kStart + 1500ms));
  EXPECT_THAT(due_at(inquiry_, 1500ms).ask, IsEmpty());
  inquiry_.heard(0, kFails, kStart + 2s);
  EXPECT_THAT(due_at(inquiry_, 2s).verdicts,
              UnorderedElementsAre(Verdict{1, true}, Verdict{2, true}));
  EXPECT_THAT(due_at(inquiry_, 9s).ask, IsEmpty()) << "nobody waits any more";
}

TEST_F(InquiryTest, ThatAWitnessWasFineBeforeDoesNotCount) {
  begin(1, {.timeout = 5s, .interval = 30s});
  EXPECT_THAT(due_at(inquiry_, 0s).ask, ElementsAre(0)) << "by the timer";
  inquiry_.heard(0, kFine, kStart + 10s);
  ASSERT_TRUE(hold(1, kStart + 10s));
  const auto due = due_at(inquiry_, 10s);
  EXPECT_THAT(due.verdicts, IsEmpty());
  EXPECT_THAT(due.ask, ElementsAre(0));
  inquiry_.heard(0, kFails, kStart + 10s);
  EXPECT_THAT(due_at(inquiry_, 10s).verdicts, ElementsAre(Verdict{1, true}));
}

// The last probes of an outage must not be judged by the network that came back.
TEST_F(InquiryTest, ThatItFailedWhileTheProbeWasUnderWayDoes) {
  struct Row {
    const char* what;
    Nanos began, lost;
    bool known;
  };
  const Row rows[] = {
      {"lost at once, the next moment", 20ms, 20ms, true},
      {"within the spacing", 1s, 1s, true},
      {"later", 1001ms, 1001ms, false},
      {"under way when it failed", -5s, 10s, true},
      {"began soon after, took long", 900ms, 15s, true},
      {"began later, took long", 2s, 15s, false},
  };
  for (const auto& row : rows) {
    begin(1, {.timeout = 5s, .interval = 30s});
    due_at(inquiry_, 0s);
    inquiry_.heard(0, kFails, kStart);
    ASSERT_TRUE(inquiry_.hold(1, lost(), kStart + row.began, kStart + row.lost));
    const auto due = due_at(inquiry_, row.lost);
    const std::vector<Verdict> verdicts = {{1, true}};
    EXPECT_EQ(due.verdicts, row.known ? verdicts : std::vector<Verdict>()) << row.what;
    EXPECT_EQ(due.ask.size(), row.known ? 0U : 1U) << row.what;
    inquiry_.withdraw(1);
  }
}

TEST_F(InquiryTest, NobodyIsAskedMoreOftenThanOnceASecond) {
  begin(1);
  ASSERT_TRUE(hold(1, kStart));
  EXPECT_THAT(due_at(inquiry_, 0s).ask, ElementsAre(0));
  inquiry_.heard(0, kFine, kStart);
  EXPECT_THAT(due_at(inquiry_, 10ms).verdicts, ElementsAre(Verdict{1, false}));
  ASSERT_TRUE(hold(2, kStart + 20ms));
  EXPECT_THAT(due_at(inquiry_, 20ms).ask, IsEmpty());
  EXPECT_EQ(inquiry_.next(), kStart + 1s);
  ASSERT_TRUE(hold(3, kStart + 900ms));
  EXPECT_THAT(due_at(inquiry_, 1s).ask, ElementsAre(0));
  inquiry_.heard(0, kFine, kStart + 1s);
  EXPECT_THAT(due_at(inquiry_, 1s).verdicts,
              UnorderedElementsAre(Verdict{2, false}, Verdict{3, false}));
}

TEST_F(InquiryTest, TheTimerAsksEachAnIntervalAfterItWasAsked) {
  begin(2, {.timeout = 5s, .interval = 30s});
  EXPECT_EQ(inquiry_.next(), kStart);
  EXPECT_THAT(due_at(inquiry_, 0s).ask, ElementsAre(0, 1));
  inquiry_.heard(0, kFine, kStart);
  EXPECT_THAT(due_at(inquiry_, 29s).ask, IsEmpty());
  EXPECT_THAT(due_at(inquiry_, 30s).ask, ElementsAre(0)) << "the other has not answered yet";
  inquiry_.heard(1, kFine, kStart + 31s);
  EXPECT_THAT(due_at(inquiry_, 31s).ask, ElementsAre(1));
}

TEST_F(InquiryTest, WithoutQuorumThereIsNoVerdict) {
  for (const std::size_t others : {0, 1, 2}) {
    begin(others, {.quorum = 2, .timeout = 5s});
    EXPECT_EQ(hold(1, kStart), others == 2) << others;
    inquiry_.withdraw(1);
  }
  begin(2, {.quorum = 2, .timeout = 5s});
  EXPECT_FALSE(hold(1, kStart, "https://192.0.2.1/v1")) << "one is the probe's own";
}

TEST_F(InquiryTest, AsksNoMoreThanItMust) {
  begin(20, {.quorum = 2, .most = 8, .timeout = 5s});
  ASSERT_TRUE(hold(1, kStart, "https://192.0.2.2/v1"));
  EXPECT_THAT(due_at(inquiry_, 0s).ask, ElementsAre(0, 2, 3, 4, 5, 6, 7, 8));
}

TEST_F(InquiryTest, AWitnessThatNeverAnswersFailed) {
  begin(1);
  ASSERT_TRUE(hold(1, kStart));
  due_at(inquiry_, 0s);
  EXPECT_EQ(inquiry_.next(), kStart + 6s);
  EXPECT_THAT(due_at(inquiry_, 6s - 1ns).verdicts, IsEmpty());
  EXPECT_THAT(due_at(inquiry_, 6s).verdicts, ElementsAre(Verdict{1, true}));
}

TEST_F(InquiryTest, AWithdrawnProbeGetsNoVerdict) {
  begin(1);
  ASSERT_TRUE(hold(1, kStart));
  ASSERT_TRUE(hold(2, kStart));
  due_at(inquiry_, 0s);
  inquiry_.withdraw(1);
  inquiry_.heard(0, kFails, kStart);
  inquiry_.withdraw(2);  // judged, not yet told
  EXPECT_THAT(due_at(inquiry_, 10s).verdicts, IsEmpty());
  EXPECT_EQ(inquiry_.next(), std::nullopt);
}

// Whatever happens in whatever order: each held probe gets exactly one verdict, within the promised
// time; it is ours unless the word of a witness that counts for it is that it is fine;
// and no witness is asked twice at once, or again within the spacing.
TEST(InquiryProperty, EveryProbeIsJudgedOnceAndInTime) {
  std::mt19937 random(20261125);
  const auto below = [&random](int n) { return static_cast<int>(random() % unsigned(n)); };
  for (int round = 0; round < 60; ++round) {
    Inquiry inquiry;
    const Nanos timeout = 100ms * (1 + below(50));
    const auto count = static_cast<std::size_t>(1 + below(5));
    std::vector<Witness> all;
    for (std::size_t i = 0; i < count; ++i)
      all.push_back(witness("192.0.2." + std::to_string(i + 1) + ":443"));
    Inquiry::Rules rules{.timeout = timeout};
    if (below(2)) rules.interval = 3s;
    inquiry.begin(all, rules, kStart);

    struct Asked {
      std::optional<MonoTime> at, answers_at, failed_at;
      bool running = false;
    };
    std::vector<Asked> asked(count);
    struct Held {
      MonoTime since;
      std::map<std::size_t, bool> words;  // that count, by witness: fine?
    };
    std::map<Inquiry::Key, Held> held;
    Inquiry::Key next_key = 1;
    MonoTime now = kStart;
    for (int step = 0; step < 400; ++step) {
      now += 1ms * (1 + below(200));
      for (std::size_t i = 0; i < count; ++i) {
        if (!asked[i].running || now < *asked[i].answers_at) continue;
        const bool fine = below(3) == 0;
        asked[i].running = false;
        asked[i].failed_at = fine ? std::nullopt : std::optional(now);
        for (auto& [key, probe] : held) probe.words.emplace(i, fine);
        inquiry.heard(i, fine ? kFine : kFails, now);
      }
      if (below(3) == 0) {
        const MonoTime began = now - 1ms * below(3'000);
        ASSERT_TRUE(inquiry.hold(next_key, lost(), began, now));
        auto& probe = held[next_key++];
        probe.since = now;
        for (std::size_t i = 0; i < count; ++i) {
          if (asked[i].failed_at && *asked[i].failed_at >= began - Inquiry::kSpacing)
            probe.words.emplace(i, false);
        }
      }
      const auto due = inquiry.due(now);
      for (const auto i : due.ask) {
        ASSERT_FALSE(asked[i].running);
        ASSERT_TRUE(!asked[i].at || now - *asked[i].at >= Inquiry::kSpacing);
        asked[i].running = true;
        asked[i].at = now;
        asked[i].answers_at = now + 1ms * below(static_cast<int>(timeout / 1ms) + 1);
      }
      for (const auto& verdict : due.verdicts) {
        const auto probe = held.extract(verdict.key);
        ASSERT_FALSE(probe.empty()) << "judged twice";
        const bool any_fine =
            std::ranges::any_of(probe.mapped().words, [](const auto& word) { return word.second; });
        ASSERT_EQ(verdict.ours, !any_fine);
      }
      for (const auto& [key, probe] : held) {
        ASSERT_LT(now - probe.since, timeout + Inquiry::kSpacing) << "held for too long";
        ASSERT_LE(*inquiry.next(), probe.since + timeout + Inquiry::kSpacing) << "forgotten";
      }
    }
    EXPECT_GT(next_key, 50U) << "the test tests something";
  }
}

}  // namespace
}  // namespace llm
