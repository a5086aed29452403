#include "vantage/outlook.h"

#include <gtest/gtest.h>

#include <functional>

namespace llm {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{100h};

// One row a story; told event by event.
TEST(Outlook, IsDownAsLongAsTheEvidenceHolds) {
  using Event = std::function<void(Outlook&)>;
  const auto all_fail = [](WallTime at, Side side = Side::out) -> Event {
    return [=](Outlook& o) { o.canaries(side, false, true, "canaries", at); };
  };
  const auto some_fail = [](WallTime at, Side side = Side::out) -> Event {
    return [=](Outlook& o) { o.canaries(side, true, false, "canaries", at); };
  };
  const auto unknown = [](WallTime at) -> Event {
    return [=](Outlook& o) { o.canaries(Side::out, false, false, "canaries", at); };
  };
  const auto judged = [](bool ours, WallTime at, Side side = Side::out) -> Event {
    return [=](Outlook& o) { o.judged(side, ours, "judged", at); };
  };
  const auto through = [](WallTime began, Side side = Side::out) -> Event {
    return [=](Outlook& o) { o.got_through(side, began); };
  };
  struct Row {
    const char* what;
    std::vector<Event> events;
    std::optional<WallTime> down_since;
  };
  const auto t = [](std::chrono::seconds s) { return kNow + s; };
  const Row rows[] = {
      {"nothing is known", {}, {}},
      {"canaries not all checked yet", {unknown(t(0s))}, {}},
      {"one canary is fine", {some_fail(t(0s))}, {}},
      {"every canary fails", {all_fail(t(0s))}, t(0s)},
      {"and goes on failing: since the first", {all_fail(t(0s)), all_fail(t(30s))}, t(0s)},
      {"until one succeeds", {all_fail(t(0s)), some_fail(t(30s))}, {}},
      {"a probe was judged ours", {judged(true, t(0s))}, t(0s)},
      {"then one theirs: a witness was fine", {judged(true, t(0s)), judged(false, t(1s))}, {}},
      {"then one got through", {judged(true, t(0s)), through(t(1s))}, {}},
      {"it had begun before", {judged(true, t(0s)), through(t(-1s))}, t(0s)},
      {"canaries that fail while probes get through are what is wrong",
       {all_fail(t(0s)), through(t(1s)), all_fail(t(30s)), all_fail(t(60s))},
       {}},
      {"until one of them succeeds again",
       {all_fail(t(0s)), through(t(1s)), some_fail(t(30s)), all_fail(t(60s))},
       t(60s)},
      {"but a probe judged ours is evidence of its own",
       {all_fail(t(0s)), through(t(1s)), judged(true, t(40s))},
       t(40s)},
      {"a server on this machine says nothing of the way out",
       {judged(true, t(0s)), through(t(1s), Side::loopback), judged(false, t(2s), Side::loopback),
        some_fail(t(3s), Side::loopback)},
       t(0s)},
      {"and the reverse",
       {judged(true, t(0s), Side::loopback), through(t(1s)), some_fail(t(2s))},
       t(0s)},
  };
  for (const auto& row : rows) {
    Outlook outlook;
    for (const auto& event : row.events) event(outlook);
    const auto* down = outlook.down();
    EXPECT_EQ(down ? std::optional(down->since) : std::nullopt, row.down_since) << row.what;
  }
}

TEST(Outlook, SaysWhy) {
  Outlook outlook;
  outlook.judged(Side::out, true, "every canary fails: web", kNow);
  ASSERT_NE(outlook.down(), nullptr);
  EXPECT_EQ(outlook.down()->why, "every canary fails: web");
}

}  // namespace
}  // namespace llm
