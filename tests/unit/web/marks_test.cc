#include "web/marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/web/fixture.h"
#include "web/bar.h"

namespace llm {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kHalfPast = 1'790'001'000;  // 14:30:00 UTC

WallTime at(double unix_seconds) {
  return WallTime(std::chrono::seconds(std::int64_t(unix_seconds)));
}

// One probe a minute up to half past, the last of them a minute ago.
History minutes(const std::vector<ProbeResult>& results) {
  History history;
  double when = kHalfPast - 60.0 * static_cast<double>(results.size());
  for (const auto& result : results) {
    history = remember(history, result, at(when));
    when += 60;
  }
  return history;
}

std::vector<std::string> all_words(const std::vector<Mark>& marks) {
  std::vector<std::string> all;
  for (const auto& run : runs(marks)) all.push_back(words(run));
  return all;
}

TEST(Marks, ClassTellsWhatCountsAgainstTheProvider) {
  const struct {
    Tally tally;
    bool slow;
    MarkClass mark_class;
  } rows[] = {
      {{1, 0, 0, Outcome::ok}, false, MarkClass::good},
      {{1, 0, 0, Outcome::ok}, true, MarkClass::slow},
      {{0, 1, 0, Outcome::dns}, false, MarkClass::failed},
      {{3, 1, 0, Outcome::dns}, false, MarkClass::some_failed},
      {{1, 1, 9, Outcome::dns}, false, MarkClass::failed},
      {{0, 0, 1, Outcome::auth}, false, MarkClass::excluded},
      {{5, 0, 1, Outcome::auth}, false, MarkClass::good},
      {{1, 0, 5, Outcome::auth}, false, MarkClass::excluded},
  };
  for (const auto& row : rows) {
    Mark mark;
    mark.tally = row.tally;
    mark.slow = row.slow;
    EXPECT_EQ(class_of(mark), row.mark_class) << row.tally.good << "/" << row.tally.failed;
  }
}

TEST(Marks, RunsSayWhenWhatAndHowFast) {
  const auto target = make_target("t");
  auto quicker = good_result(target);
  quicker.ttft_seconds = .25;
  const auto busy = bad_result(target, Outcome::overloaded, 529, "");
  const auto history = minutes(
      {good_result(target), quicker, busy, busy, bad_result(target, Outcome::auth, 401, "")});
  EXPECT_THAT(
      all_words(hour_marks(history, target, kHalfPast)),
      ElementsAre("14:25–14:26 UTC: 2 × ok, TTFT 0.25–0.50 s",
                  "14:27–14:28 UTC: 2 × overloaded, HTTP 529", "14:29:00 UTC: auth, HTTP 401"));
}

TEST(Marks, HourOfAFastTargetIsTheMinutesOfTheClock) {
  auto target = make_target("t");
  target.interval = Millis(5'000);
  const auto history =
      minutes({good_result(target), good_result(target), bad_result(target, Outcome::dns, 0, "")});
  EXPECT_THAT(all_words(hour_marks(history, target, kHalfPast)),
              ElementsAre("14:27–14:29 UTC: 2 good", "14:29–14:30 UTC: 1 failed (dns)"));
}

TEST(Marks, SilenceIsAGapNotARun) {
  auto target = make_target("t");
  target.interval = Millis(5'000);
  History history;
  for (const double ago : {600, 590, 60})
    history = remember(history, good_result(target), at(kHalfPast - ago));
  EXPECT_THAT(all_words(hour_marks(history, target, kHalfPast)),
              ElementsAre("14:20–14:21 UTC: 2 good", "14:29–14:30 UTC: 1 good"));
}

TEST(Bar, PutsEachMarkWhereItsTimeIs) {
  const auto target = make_target("t");
  const auto history = minutes({bad_result(target, Outcome::dns, 0, ""), good_result(target)});
  const auto bar = hour_bar(hour_marks(history, target, kHalfPast), kHalfPast);
  // A minute is ten units, a probe seven; the axis ends at 600 with now.
  EXPECT_THAT(bar, HasSubstr("<title>14:28:00 UTC: dns</title><rect x=\"573\" width=\"7\" "
                             "height=\"10\"/><path class=\"f\" d=\"M573 5h7\"/>"));
  EXPECT_THAT(bar, HasSubstr("<path class=\"g\" d=\"M583 7h7\"/>"));
  // 14:15 to 14:30 is the last of 96 quarters but one: the one that now is in has just begun.
  EXPECT_THAT(day_bar(day_marks(history, kHalfPast), kHalfPast),
              HasSubstr("<path class=\"f c\" d=\"M940 5h10\"/>"));
}

TEST(Bar, TrendNeedsTwoSamplesAndShowsGaps) {
  const auto target = make_target("t");
  const auto good = good_result(target), bad = bad_result(target, Outcome::dns, 0, "");
  EXPECT_EQ(ttft_trend(minutes({good})), "");
  EXPECT_EQ(ttft_trend(minutes({bad, bad, bad})), "");
  EXPECT_THAT(ttft_trend(minutes({good, good, bad, good})), HasSubstr("d=\"M0 0L1 0M3 0\""));
}

}  // namespace
}  // namespace llm
