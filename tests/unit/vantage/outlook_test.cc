#include "vantage/outlook.h"

#include <gtest/gtest.h>

#include <functional>

namespace llm {
namespace {

using namespace std::chrono_literals;
using Event = std::function<void(Outlook&)>;

constexpr WallTime kNow{100h};
WallTime t(std::chrono::seconds s) { return kNow + s; }

const std::vector<Witness> kWitnesses = {
    {place_of("example.com"), Step::resolve, Step::resolve},
    {place_of("192.0.2.1:443"), Step::connect, Step::connect},
    {place_of("https://example.com"), Step::resolve, Step::answer},
    {place_of("127.0.0.1:53"), Step::connect, Step::connect},
};
constexpr std::size_t kResolver = 0, kGateway = 1, kWeb = 2, kLocal = 3;

Event all_fail(WallTime at, Side side = Side::out) {
  return [=](Outlook& o) { o.canaries(side, true, "canaries", at); };
}
Event not_all_fail(WallTime at, Side side = Side::out) {
  return [=](Outlook& o) { o.canaries(side, false, "canaries", at); };
}
Event ours(WallTime at, Step step, const char* url = "https://api.example/v1") {
  return [=](Outlook& o) { o.judged_ours({place_of(url), step}, "judged", at); };
}
Event fine(std::size_t witness) {
  return [=](Outlook& o) { o.heard(witness, {}, kWitnesses); };
}
Event lost(std::size_t witness, Step at) {
  return [=](Outlook& o) { o.heard(witness, {at, "why"}, kWitnesses); };
}
Event answered(const char* url, WallTime began) {
  return [=](Outlook& o) { o.answered(place_of(url), began, kWitnesses); };
}

// One row a story; told event by event.
TEST(Outlook, IsDownAsLongAsTheEvidenceHolds) {
  struct Row {
    const char* what;
    std::vector<Event> events;
    std::optional<WallTime> down_since;
  };
  const char* const kApi = "https://api.example/v1";
  const char* const kHere = "http://127.0.0.1:8000/v1";
  const Row rows[] = {
      {"nothing is known", {}, {}},
      {"a canary is fine", {not_all_fail(t(0s))}, {}},
      {"every canary fails", {all_fail(t(0s))}, t(0s)},
      {"and goes on failing: since the first time", {all_fail(t(0s)), all_fail(t(30s))}, t(0s)},
      {"until one succeeds", {all_fail(t(0s)), not_all_fail(t(30s))}, {}},
      {"a probe was judged ours", {ours(t(0s), Step::connect)}, t(0s)},
      {"and another: since the first", {ours(t(0s), Step::connect), ours(t(9s), Step::tls)}, t(0s)},
      {"until a witness is fine", {ours(t(0s), Step::connect), fine(kGateway)}, {}},
      {"or got further than the probe", {ours(t(0s), Step::connect), lost(kWeb, Step::answer)}, {}},
      {"not if it did not", {ours(t(0s), Step::connect), lost(kWeb, Step::connect)}, t(0s)},
      {"not one that tells of something else: the resolver is gone, the gateway is there",
       {ours(t(0s), Step::resolve), fine(kGateway)},
       t(0s)},
      {"the resolver is back", {ours(t(0s), Step::resolve), fine(kResolver)}, {}},
      {"nor one on the other side", {ours(t(0s), Step::connect), fine(kLocal)}, t(0s)},
      {"until one is answered there", {ours(t(0s), Step::connect), answered(kApi, t(1s))}, {}},
      {"not if it began before", {ours(t(0s), Step::connect), answered(kApi, t(-1s))}, t(0s)},
      {"or at a witness",
       {ours(t(0s), Step::connect), answered("https://192.0.2.1/v1", t(1s))},
       {}},
      {"not elsewhere, be it next door",
       {ours(t(0s), Step::connect), answered("https://192.0.2.7/v1", t(1s))},
       t(0s)},
      {"a server on this machine", {ours(t(0s), Step::connect, kHere)}, t(0s)},
      {"says nothing of the way out", {ours(t(0s), Step::connect), answered(kHere, t(1s))}, t(0s)},
      {"nor the reverse",
       {ours(t(0s), Step::connect, kHere), answered(kApi, t(1s)), fine(kGateway),
        not_all_fail(t(2s))},
       t(0s)},
      {"canaries and probes are evidence each by itself",
       {all_fail(t(0s)), ours(t(1s), Step::resolve), not_all_fail(t(2s))},
       t(1s)},
      {"likewise", {ours(t(0s), Step::resolve), all_fail(t(1s)), answered(kApi, t(2s))}, t(1s)},
      {"the first that holds", {ours(t(0s), Step::resolve), all_fail(t(1s))}, t(0s)},
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
  all_fail(kNow)(outlook);
  ASSERT_NE(outlook.down(), nullptr);
  EXPECT_EQ(outlook.down()->why, "canaries");
}

}  // namespace
}  // namespace llm
