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
    ASSERT_TRUE(inquiry_.hold(7, lost(), kStart));
    EXPECT_THAT(due_at(inquiry_, 0s).ask, ElementsAre(0, 1, 2));
    for (std::size_t i = 0; i < row.said.size(); ++i) inquiry_.heard(i, row.said[i]);
    EXPECT_EQ(due_at(inquiry_, 1s).verdicts, row.verdicts) << row.what;
    inquiry_.withdraw(7);
  }
}

TEST_F(InquiryTest, OneQuestionServesAllWhoWait) {
  begin(1);
  ASSERT_TRUE(inquiry_.hold(1, lost(), kStart));
  EXPECT_THAT(due_at(inquiry_, 0s).ask, ElementsAre(0));
  // It is on its way: what it will say comes after this probe was lost, too.
  ASSERT_TRUE(inquiry_.hold(2, lost(), kStart + 1500ms));
  EXPECT_THAT(due_at(inquiry_, 1500ms).ask, IsEmpty());
  inquiry_.heard(0, kFails);
  EXPECT_THAT(due_at(inquiry_, 2s).verdicts,
              UnorderedElementsAre(Verdict{1, true}, Verdict{2, true}));
}

TEST_F(InquiryTest, WhatWasSaidBeforeDoesNotCount) {
  begin(1, {.timeout = 5s, .interval = 30s});
  EXPECT_THAT(due_at(inquiry_, 0s).ask, ElementsAre(0)) << "by the timer";
  inquiry_.heard(0, kFine);
  ASSERT_TRUE(inquiry_.hold(1, lost(), kStart + 10s));
  const auto due = due_at(inquiry_, 10s);
  EXPECT_THAT(due.verdicts, IsEmpty());
  EXPECT_THAT(due.ask, ElementsAre(0));
  inquiry_.heard(0, kFails);
  EXPECT_THAT(due_at(inquiry_, 10s).verdicts, ElementsAre(Verdict{1, true}));
}

TEST_F(InquiryTest, NobodyIsAskedMoreOftenThanOnceASecond) {
  begin(1);
  ASSERT_TRUE(inquiry_.hold(1, lost(), kStart));
  EXPECT_THAT(due_at(inquiry_, 0s).ask, ElementsAre(0));
  inquiry_.heard(0, kFine);
  EXPECT_THAT(due_at(inquiry_, 10ms).verdicts, ElementsAre(Verdict{1, false}));
  ASSERT_TRUE(inquiry_.hold(2, lost(), kStart + 20ms));
  EXPECT_THAT(due_at(inquiry_, 20ms).ask, IsEmpty());
  EXPECT_EQ(inquiry_.next(), kStart + 1s);
  ASSERT_TRUE(inquiry_.hold(3, lost(), kStart + 900ms));
  EXPECT_THAT(due_at(inquiry_, 1s).ask, ElementsAre(0));
  inquiry_.heard(0, kFine);
  EXPECT_THAT(due_at(inquiry_, 1s).verdicts,
              UnorderedElementsAre(Verdict{2, false}, Verdict{3, false}));
}

TEST_F(InquiryTest, TheTimerAsksEachAnIntervalAfterItWasAsked) {
  begin(2, {.timeout = 5s, .interval = 30s});
  EXPECT_EQ(inquiry_.next(), kStart);
  EXPECT_THAT(due_at(inquiry_, 0s).ask, ElementsAre(0, 1));
  inquiry_.heard(0, kFine);
  EXPECT_THAT(due_at(inquiry_, 29s).ask, IsEmpty());
  EXPECT_THAT(due_at(inquiry_, 30s).ask, ElementsAre(0)) << "the other has not answered yet";
  inquiry_.heard(1, kFine);
  EXPECT_THAT(due_at(inquiry_, 31s).ask, ElementsAre(1));
}

TEST_F(InquiryTest, WithoutQuorumThereIsNoVerdict) {
  for (const std::size_t others : {0, 1, 2}) {
    begin(others, {.quorum = 2, .timeout = 5s});
    EXPECT_EQ(inquiry_.hold(1, lost(), kStart), others == 2) << others;
    inquiry_.withdraw(1);
  }
  begin(2, {.quorum = 2, .timeout = 5s});
  EXPECT_FALSE(inquiry_.hold(1, lost("https://192.0.2.1/v1"), kStart)) << "one is the probe's own";
}

TEST_F(InquiryTest, AsksNoMoreThanItMust) {
  begin(20, {.quorum = 2, .most = 8, .timeout = 5s});
  ASSERT_TRUE(inquiry_.hold(1, lost("https://192.0.2.2/v1"), kStart));
  EXPECT_THAT(due_at(inquiry_, 0s).ask, ElementsAre(0, 2, 3, 4, 5, 6, 7, 8));
}

TEST_F(InquiryTest, AWitnessThatNeverAnswersFailed) {
  begin(1);
  ASSERT_TRUE(inquiry_.hold(1, lost(), kStart));
  due_at(inquiry_, 0s);
  EXPECT_EQ(inquiry_.next(), kStart + 6s);
  EXPECT_THAT(due_at(inquiry_, 6s - 1ns).verdicts, IsEmpty());
  EXPECT_THAT(due_at(inquiry_, 6s).verdicts, ElementsAre(Verdict{1, true}));
}

TEST_F(InquiryTest, AWithdrawnProbeGetsNoVerdict) {
  begin(1);
  ASSERT_TRUE(inquiry_.hold(1, lost(), kStart));
  ASSERT_TRUE(inquiry_.hold(2, lost(), kStart));
  due_at(inquiry_, 0s);
  inquiry_.withdraw(1);
  inquiry_.heard(0, kFails);
  inquiry_.withdraw(2);  // judged, not yet told
  EXPECT_THAT(due_at(inquiry_, 10s).verdicts, IsEmpty());
  EXPECT_EQ(inquiry_.next(), std::nullopt);
}

// Whatever happens in whatever order: each held probe gets exactly one verdict, within the promised
// time; it is ours unless the first word of a witness after the probe was lost is that it is fine;
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
      std::optional<MonoTime> at, answers_at;
      bool running = false;
    };
    std::vector<Asked> asked(count);
    struct Held {
      MonoTime since;
      std::map<std::size_t, bool> first_words;  // by witness: fine?
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
        for (auto& [key, probe] : held) probe.first_words.emplace(i, fine);
        inquiry.heard(i, fine ? kFine : kFails);
      }
      if (below(3) == 0) {
        ASSERT_TRUE(inquiry.hold(next_key, lost(), now));
        held[next_key++].since = now;
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
        const bool any_fine = std::ranges::any_of(probe.mapped().first_words,
                                                  [](const auto& word) { return word.second; });
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
