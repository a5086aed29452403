// The breaker under a fake clock: a world that answers checks, and a script of what was asked.
#include "state/breaker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace llm {
namespace {

using std::chrono::seconds;

constexpr Nanos kInterval = seconds(60);

MonoTime slot(int n) { return MonoTime(seconds(5'000)) + n * kInterval; }

// Seed 0 makes every wait 0.9 of its length: as probes take no time here, the full probe of a wait
// of n intervals runs in the n-th slot.
BreakerRules make_rules() {
  return {.settings = {.after = Millis(120'000), .failures = 3},
          .interval = kInterval,
          .seed = 0,
          .has_free = true,
          .has_cut = true};
}

// How the provider answers in slot n.
using World = std::function<Outcome(int n, Check what)>;

// Runs whole slots as the prober does. One word a slot, two characters a probe: F full, c cut,
// f free; + success, - anything else. Then what changed: ! opened, ~ half open, . closed.
class Watch {
 public:
  explicit Watch(BreakerRules rules, World world) : rules_(rules), world_(std::move(world)) {}

  std::string run(int slots) {
    std::string script;
    for (int i = 0; i < slots; ++i) script += (i == 0 ? "" : " ") + step();
    return script;
  }
  std::string step() {
    std::string word = probe(breaker.check(rules_, slot(now)));
    if (breaker.wants_full()) word += probe(breaker.check(rules_, slot(now)));
    ++now;
    return word;
  }

  Breaker breaker;
  int now = 0;
  std::vector<Outcome> counted;

 private:
  std::string probe(Check what) {
    const auto outcome = world_(now, what);
    not_found_ = outcome == Outcome::not_found ? not_found_ + 1 : 0;
    const BreakerInput input{.ran = what, .outcome = outcome, .gone = not_found_ >= 3};
    if (breaker.counts(input)) counted.push_back(outcome);
    const auto before = breaker.opened();
    const auto state = breaker.state();
    breaker.take(input, rules_, slot(now));
    std::string text{"fcF"[static_cast<int>(what)], success(outcome) ? '+' : '-'};
    if (breaker.opened() > before) text += '!';
    if (breaker.state() != state && breaker.state() == BreakerState::half_open) text += '~';
    if (breaker.state() != state && breaker.state() == BreakerState::closed) text += '.';
    return text;
  }

  BreakerRules rules_;
  World world_;
  int not_found_ = 0;
};

World always(Outcome outcome) {
  return [outcome](int, Check) { return outcome; };
}
// In turn, the last for ever, whatever is asked.
World in_turn(std::vector<Outcome> outcomes) {
  return [outcomes](int n, Check) {
    return outcomes[std::min(static_cast<std::size_t>(n), outcomes.size() - 1)];
  };
}
World until(int n, World before, World after = always(Outcome::ok)) {
  return [=](int slot, Check what) { return slot < n ? before(slot, what) : after(slot, what); };
}
World by_check(Outcome free, Outcome cut, Outcome full) {
  return [=](int, Check what) {
    return what == Check::free ? free : what == Check::cut ? cut : full;
  };
}

struct Row {
  const char* what;
  std::function<void(BreakerRules&)> change;
  World world;
  const char* script;
};

constexpr auto kNoChange = [](BreakerRules&) {};
const auto kDown = always(Outcome::server_error);

const Row kRows[] = {
    {"an outage: free checks, and the full probe after 1, 2, 4, 8 intervals", kNoChange, kDown,
     "F- F- F-! F- f- F- f- f- f- F- f- f- f- f- f- f- f- F- f-"},
    {"the wait is bounded", [](auto& r) { r.settings.max_interval = Millis(190'000); }, kDown,
     "F- F- F-! F- f- F- f- f- F- f- f- F- f- f- F-"},
    {"a bound below the interval: as ever",
     [](auto& r) { r.settings.max_interval = Millis(30'000); }, kDown, "F- F- F-! F- F- F- F-"},
    {"jitter lengthens as well", [](auto& r) { r.seed = ~0ULL; }, kDown,
     "F- F- F-! f- F- f- f- F- f- f- f- f- F-"},
    {"not before so many failures", [](auto& r) { r.settings.failures = 5; }, kDown,
     "F- F- F- F- F-! F-"},
    {"not before so long", [](auto& r) { r.settings.failures = 1; }, kDown, "F- F- F-! F-"},
    {"at the first one, if asked to",
     [](auto& r) { r.settings = {.after = Millis(0), .failures = 1}; }, kDown, "F-! F- f-"},
    {"a success between starts both anew", kNoChange,
     in_turn({Outcome::timeout, Outcome::timeout, Outcome::ok, Outcome::timeout}),
     "F- F- F+ F- F- F-! F- f-"},
    {"an empty answer is a success", kNoChange,
     in_turn({Outcome::timeout, Outcome::timeout, Outcome::ok_empty, Outcome::timeout}),
     "F- F- F+ F- F- F-!"},
    {"what is not the provider's fault neither counts nor starts anew", kNoChange,
     in_turn({Outcome::stalled, Outcome::local_network, Outcome::dns, Outcome::rate_limited,
              Outcome::connect}),
     "F- F- F- F- F-! F-"},
    {"rate limits never open it", kNoChange, always(Outcome::rate_limited), "F- F- F- F- F- F-"},
    {"our network never opens it", kNoChange, always(Outcome::local_network), "F- F- F- F- F-"},
    {"our failures never open it", kNoChange, always(Outcome::internal), "F- F- F- F- F-"},
    {"a request that we got wrong never opens it", kNoChange, always(Outcome::bad_request),
     "F- F- F- F- F-"},
    {"a filter never opens it", kNoChange, always(Outcome::blocked), "F- F- F- F- F-"},
    {"a refused key opens it at once", kNoChange, always(Outcome::auth), "F-! F- f- F- f- f-"},
    {"so does a permission", kNoChange, always(Outcome::permission), "F-! F- f- F-"},
    {"so does a quota", kNoChange, always(Outcome::quota_exhausted), "F-! F- f- F-"},
    {"a model that is gone, once that is sure", kNoChange, always(Outcome::not_found),
     "F- F- F-! F- f- F-"},

    {"a recovery is noticed in the next slot, and proven by so many full probes", kNoChange,
     until(7, kDown), "F- F- F-! F- f- F- f- f+F+~ F+ F+. F+ F+"},
    {"one good probe closes it, if asked to", [](auto& r) { r.settings.successes = 1; },
     until(4, kDown), "F- F- F-! F- f+F+. F+"},
    {"a recovery that the full probe sees itself", kNoChange, until(5, kDown),
     "F- F- F-! F- f- F+~ F+ F+. F+"},
    {"a relapse while half open goes on with the doubled wait", kNoChange,
     until(4, kDown, until(6, always(Outcome::ok), kDown)),
     "F- F- F-! F- f+F+~ F+ F-! f- f- f- F- f-"},
    {"a recovery after a relapse needs as many good ones", kNoChange,
     until(4, kDown, until(6, always(Outcome::ok), until(8, kDown))),
     "F- F- F-! F- f+F+~ F+ F-! f- f+F+~ F+ F+."},
    {"what says nothing does not disturb half open", kNoChange,
     until(4, kDown, [](int n, Check) { return n == 5 ? Outcome::rate_limited : Outcome::ok; }),
     "F- F- F-! F- f+F+~ F- F+ F+. F+"},
    {"after it has closed, the next outage starts anew", kNoChange,
     until(4, kDown, until(7, always(Outcome::ok), kDown)),
     "F- F- F-! F- f+F+~ F+ F+. F- F- F-! F- f- F-"},

    {"a blind free check gives way to the cut request", kNoChange,
     by_check(Outcome::ok, Outcome::timeout, Outcome::timeout), "F- F- F-! F- f+F- c- c- c- F- c-"},
    {"a blind cut request gives way to the full probe", kNoChange,
     by_check(Outcome::ok, Outcome::ok, Outcome::content_mismatch),
     "F- F- F-! F- f+F- c+F- F- F- F- F- F-"},
    {"without a cut request a blind free check gives way to the full probe",
     [](auto& r) { r.has_cut = false; }, by_check(Outcome::ok, Outcome::ok, Outcome::timeout),
     "F- F- F-! F- f+F- F- F- F- F-"},
    {"without a free check the request is cut from the start", [](auto& r) { r.has_free = false; },
     kDown, "F- F- F-! F- c- F- c- c- c- F-"},
    {"a target that is as cheap as any check goes on",
     [](auto& r) { r.has_free = r.has_cut = false; }, until(6, kDown),
     "F- F- F-! F- F- F- F+~ F+ F+. F+"},
    {"blindness is forgotten once it has closed", kNoChange,
     until(6, by_check(Outcome::ok, Outcome::timeout, Outcome::timeout),
           until(9, always(Outcome::ok), kDown)),
     "F- F- F-! F- f+F- c- c+F+~ F+ F+. F- F- F-! F- f-"},
    {"but not by a relapse", kNoChange,
     until(6, by_check(Outcome::ok, Outcome::timeout, Outcome::timeout),
           until(7, always(Outcome::ok), kDown)),
     "F- F- F-! F- f+F- c- c+F+~ F-! c- c-"},

    {"a check that fails in another way asks the full probe, which was right", kNoChange,
     until(4, kDown, always(Outcome::auth)), "F- F- F-! F- f-F- f- f- f- F-"},
    {"or wrong: a free check may be refused what the target is allowed", kNoChange,
     until(4, kDown, by_check(Outcome::permission, Outcome::ok, Outcome::ok)),
     "F- F- F-! F- f-F+~ F+ F+."},
    {"an outage after a refused key is another failure", kNoChange,
     until(2, always(Outcome::auth), kDown), "F-! F- f-F- f- f-"},
    {"a rate-limited check asks nothing", kNoChange,
     by_check(Outcome::rate_limited, Outcome::ok, Outcome::timeout),
     "F- F- F-! F- f- F- f- f- f- F-"},
    {"a rate-limited full probe proves nothing and doubles nothing", kNoChange,
     until(5, kDown, by_check(Outcome::timeout, Outcome::ok, Outcome::rate_limited)),
     "F- F- F-! F- f- F- f- F- f- F- f- F-"},
};

TEST(Breaker, Scenarios) {
  for (const auto& row : kRows) {
    auto rules = make_rules();
    row.change(rules);
    const auto slots = 1 + std::ranges::count(std::string_view(row.script), ' ');
    EXPECT_EQ(Watch(rules, row.world).run(static_cast<int>(slots)), row.script) << row.what;
  }
}

TEST(Breaker, OnlyWhatAUserWouldHaveFailedAtCountsWhileOpen) {
  struct Case {
    const char* what;
    BreakerInput probe;
    bool counts;
  };
  const Case cases[] = {
      {"the same", {.ran = Check::free, .outcome = Outcome::server_error}, true},
      {"another face of the outage", {.ran = Check::free, .outcome = Outcome::connect}, true},
      {"cut", {.ran = Check::cut, .outcome = Outcome::timeout}, true},
      {"a success is none of the target's", {.ran = Check::free, .outcome = Outcome::ok}, false},
      {"cut or not", {.ran = Check::cut, .outcome = Outcome::ok}, false},
      {"no list there", {.ran = Check::free, .outcome = Outcome::not_found}, false},
      {"refused what the target may", {.ran = Check::free, .outcome = Outcome::auth}, false},
      {"us", {.ran = Check::free, .outcome = Outcome::local_network}, true},
      {"the full probe", {.ran = Check::full, .outcome = Outcome::ok}, true},
      {"the full probe fails otherwise", {.ran = Check::full, .outcome = Outcome::auth}, true},
  };
  Watch watch(make_rules(), kDown);
  watch.run(3);
  ASSERT_EQ(watch.breaker.state(), BreakerState::open);
  for (const auto& c : cases) EXPECT_EQ(watch.breaker.counts(c.probe), c.counts) << c.what;
  for (const auto& c : cases) EXPECT_TRUE(Breaker().counts(c.probe)) << c.what;
}

TEST(Breaker, SaysWhyAndUntilWhen) {
  Watch watch(make_rules(), until(4, kDown, until(6, always(Outcome::auth))));
  watch.run(2);
  EXPECT_EQ(watch.breaker.next_full(), std::nullopt);
  EXPECT_EQ(watch.breaker.why(), Outcome::ok);
  watch.run(2);  // opened in slot 2, failed again in slot 3
  EXPECT_EQ(watch.breaker.next_full(), slot(3) + seconds(108));
  EXPECT_EQ(watch.breaker.why(), Outcome::server_error);
  watch.run(1);
  EXPECT_EQ(watch.breaker.why(), Outcome::auth);
  watch.run(2);
  EXPECT_EQ(watch.breaker.state(), BreakerState::half_open);
  EXPECT_EQ(watch.breaker.next_full(), slot(6)) << "every slot runs it";
  watch.run(2);
  EXPECT_EQ(watch.breaker.state(), BreakerState::closed);
  EXPECT_EQ(watch.breaker.next_full(), std::nullopt);
  EXPECT_EQ(watch.breaker.why(), Outcome::ok);
}

// What the free check says for the budget's sake is all there is, unless it is known to be blind.
TEST(Breaker, TheBudgetsFreeCheckStandsForTheFullProbe) {
  const auto rules = make_rules();
  const BreakerInput good{.ran = Check::free, .for_budget = true, .outcome = Outcome::ok};
  const BreakerInput bad{.ran = Check::free, .for_budget = true, .outcome = Outcome::timeout};

  Watch seeing(rules, kDown);
  seeing.run(3);
  seeing.breaker.take(bad, rules, slot(4));
  EXPECT_EQ(seeing.breaker.state(), BreakerState::open);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(seeing.breaker.counts(good));
    seeing.breaker.take(good, rules, slot(5 + i));
    EXPECT_FALSE(seeing.breaker.wants_full());
  }
  EXPECT_EQ(seeing.breaker.state(), BreakerState::closed);

  Watch blind(rules, by_check(Outcome::ok, Outcome::timeout, Outcome::timeout));
  blind.run(5);
  for (int i = 0; i < 9; ++i) {
    EXPECT_FALSE(blind.breaker.counts(good));
    blind.breaker.take(good, rules, slot(6 + i));
    EXPECT_FALSE(blind.breaker.wants_full()) << "the budget would not let it run";
  }
  EXPECT_EQ(blind.breaker.state(), BreakerState::open);
}

TEST(Breaker, AFreeCheckForTheBudgetsSakeOpensNothingAtOnce) {
  Breaker breaker;
  breaker.take({.ran = Check::free, .for_budget = true, .outcome = Outcome::permission},
               make_rules(), slot(0));
  EXPECT_EQ(breaker.state(), BreakerState::closed);
}

// Whatever a provider does: an independent account of what the promises allow.
struct Promises {
  explicit Promises(BreakerRules r) : rules(r) {}

  void check_probe(const Breaker& before, const Breaker& after, const BreakerInput& probe,
                   MonoTime now, bool asked) {
    const bool was_open = before.state() == BreakerState::open;
    const bool is_open = after.state() == BreakerState::open;
    EXPECT_EQ(after.opened() - before.opened(), is_open && !was_open ? 1U : 0U);
    if (probe.ran != Check::full) {
      EXPECT_EQ(after.state(), before.state()) << "only a full probe changes it";
      return;
    }
    EXPECT_TRUE(before.counts(probe));
    if (was_open && !asked && !blind) {
      EXPECT_GE(now, allowed_at) << "a full probe too many";
    }
    const bool good = success(probe.outcome);
    const bool bad = fault(probe.outcome) == Fault::provider || probe.outcome == Outcome::auth;
    good_in_a_row = bad ? 0 : good_in_a_row + (good ? 1 : 0);
    if (before.state() == BreakerState::closed) wait = rules.interval;
    if (before.state() != BreakerState::closed && bad) wait = 2 * wait;
    wait = std::min<Nanos>(wait, rules.settings.max_interval);
    allowed_at = now + wait * 9 / 10;
    EXPECT_TRUE(was_open || !is_open || bad);
    if (before.state() != BreakerState::closed && after.state() == BreakerState::closed) {
      EXPECT_EQ(good_in_a_row, rules.settings.successes);
    }
    if (!was_open) good_in_a_row = before.state() == BreakerState::closed ? 0 : good_in_a_row;
  }

  BreakerRules rules;
  bool blind = false;  // every check is: then the full probe keeps the cadence
  std::uint32_t good_in_a_row = 0;
  Nanos wait{};
  MonoTime allowed_at{};
};

TEST(Breaker, HoldsItsPromisesInAnyWorld) {
  constexpr Outcome kAny[] = {Outcome::ok,      Outcome::ok,           Outcome::server_error,
                              Outcome::timeout, Outcome::auth,         Outcome::rate_limited,
                              Outcome::ok,      Outcome::local_network};
  int openings = 0;
  for (unsigned seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto pick = [&](std::size_t n) { return static_cast<std::uint32_t>(random() % n); };
    auto rules = make_rules();
    rules.seed = random() * 0x100000001ULL;
    rules.has_free = pick(2) == 0;
    rules.has_cut = pick(2) == 0;
    rules.settings.successes = 1 + pick(4);
    rules.settings.max_interval = Millis(60'000 * (1 + pick(40)));
    Outcome weather[3] = {};  // of each check; it lasts for a while, lest hardly anything opens
    Breaker breaker;
    Promises promises(rules);
    const auto run_slot = [&](int n, bool recovered) {
      for (auto& outcome : weather) {
        if (pick(12) == 0) outcome = kAny[pick(std::size(kAny))];
        if (recovered) outcome = Outcome::ok;
      }
      const auto probe = [&](bool asked) {
        const auto what = breaker.check(rules, slot(n));
        const BreakerInput input{.ran = what, .outcome = weather[static_cast<std::size_t>(what)]};
        const auto before = breaker;
        breaker.take(input, rules, slot(n));
        promises.check_probe(before, breaker, input, slot(n), asked);
        return what;
      };
      promises.blind = breaker.next_full() == slot(n - 1);
      const auto what = probe(false);
      if (!breaker.wants_full()) return;
      EXPECT_NE(what, Check::full);
      EXPECT_EQ(probe(true), Check::full);
      EXPECT_FALSE(breaker.wants_full()) << "one at once, not more";
    };
    const int recovery = 200 + static_cast<int>(pick(50));
    for (int n = 0; n < recovery; ++n) run_slot(n, false);
    openings += breaker.state() == BreakerState::open ? 1 : 0;
    run_slot(recovery, true);
    EXPECT_NE(breaker.state(), BreakerState::open) << "noticed within one interval";
    for (int n = 1; n <= 4; ++n) run_slot(recovery + n, true);
    EXPECT_EQ(breaker.state(), BreakerState::closed);
  }
  EXPECT_GT(openings, 50) << "a world where nothing opens proves nothing";
}

}  // namespace
}  // namespace llm
