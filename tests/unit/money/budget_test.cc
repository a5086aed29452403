// What a day may cost, and what runs when it has.
#include "money/budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <limits>
#include <random>

#include "unit/money/make_money.h"

namespace llm {
namespace {

using namespace std::chrono_literals;
using test::make_provider;
using test::make_target;

constexpr WallTime kNoon = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + 12h;
constexpr std::chrono::sys_days kToday = std::chrono::year(2026) / 11 / 21;

ModelPrice flat(double input, double output) {
  ModelPrice price;
  price.base.input = input;
  price.base.output = output;
  return price;
}
const std::optional<ModelPrice> kUnpriced;

// One provider `p` with a free check and one without, and a target of each.
struct World {
  Config config;
  std::shared_ptr<Provider> checked = make_provider("openai", "p");
  std::shared_ptr<Provider> bare = make_provider("llamacpp", "bare");
  World() {
    bare->models_path = "";
    config.providers = {checked, bare};
  }
  Budget budget(const BudgetLedger& ledger = {}) const { return Budget(config, ledger); }
  std::shared_ptr<const Target> target(Kind kind = Kind::stream) const {
    auto target = std::make_shared<Target>(make_target(checked));
    target->kind = kind;
    return target;
  }
  std::shared_ptr<const Target> bare_target() const {
    return std::make_shared<Target>(make_target(bare));
  }
};

ProbeResult answer(std::shared_ptr<const Target> target, std::uint64_t input, std::uint64_t output,
                   std::optional<double> usd = {}) {
  ProbeResult result;
  result.kind = target->kind;
  result.target = std::move(target);
  result.http_status = 200;
  result.usage.emplace();
  result.usage->input = input;
  result.usage->output = output;
  result.cost_usd = usd;
  return result;
}

void spend(Budget& budget, const std::shared_ptr<const Target>& target, std::uint64_t tokens,
           WallTime now, std::optional<double> usd = {}) {
  const auto grant = budget.ask(*target, kUnpriced, now);
  ASSERT_EQ(grant.level, BudgetLevel::full);
  budget.settle(grant, answer(target, tokens, 0, usd), now);
}

std::uint64_t tokens_spent(const Budget& budget, WallTime now = kNoon) {
  return budget.ledger(now).total.tokens;
}

TEST(WorstCase, IsAtLeastWhatAProbeCanUse) {
  const World world;
  auto target = *world.target();
  target.prompt = std::string(100, 'x');
  target.max_output_tokens = 50;
  const auto unpriced = worst_case(target, kUnpriced);
  EXPECT_GE(unpriced.tokens, 150u);
  EXPECT_TRUE(unpriced.usd_unknown);
  const auto input = unpriced.tokens - 50;
  const auto priced = worst_case(target, flat(1e-3, 1e-2));
  EXPECT_FALSE(priced.usd_unknown);
  EXPECT_DOUBLE_EQ(priced.usd, static_cast<double>(input) * 1e-3 + 50 * 1e-2);
  // Thinking and writing to the cache may be dearer.
  auto dear = flat(1e-3, 1e-2);
  dear.base.reasoning = 2e-2;
  dear.base.cache_write = 3e-3;
  EXPECT_DOUBLE_EQ(worst_case(target, dear).usd, static_cast<double>(input) * 3e-3 + 50 * 2e-2);
  auto half = flat(1e-3, 1e-2);
  half.base.output.reset();
  EXPECT_TRUE(worst_case(target, half).usd_unknown);
  EXPECT_EQ(worst_case(*world.target(Kind::models), kUnpriced), Spending{});
}

TEST(Budget, WithoutABoundEverythingRuns) {
  const World world;
  auto budget = world.budget();
  for (int i = 0; i < 3; ++i) spend(budget, world.target(), 1'000'000, kNoon, 100.0);
  EXPECT_EQ(budget.ask(*world.target(), flat(.9, .9), kNoon).level, BudgetLevel::full);
  EXPECT_TRUE(budget.view(kNoon).empty());
  EXPECT_TRUE(budget.changes().empty());
  EXPECT_EQ(budget.ledger(kNoon).providers.at("p"), (Spending{300, 3'000'000, false}));
}

TEST(Budget, DegradesInTheStatedOrder) {
  World world;
  world.config.budget.tokens = 1'000;
  auto budget = world.budget();
  spend(budget, world.target(), 900, kNoon);
  EXPECT_EQ(budget.ask(*world.target(), kUnpriced, kNoon).level, BudgetLevel::models);
  EXPECT_EQ(budget.ask(*world.bare_target(), kUnpriced, kNoon).level, BudgetLevel::paused);
  // What is free goes on.
  for (const auto kind : {Kind::models, Kind::key, Kind::served})
    EXPECT_EQ(budget.ask(*world.target(kind), kUnpriced, kNoon).level, BudgetLevel::full);
  const auto views = budget.view(kNoon);
  ASSERT_EQ(views.size(), 1u);
  EXPECT_EQ(views[0].provider, "");
  EXPECT_EQ(views[0].level, BudgetLevel::models);
  EXPECT_EQ(views[0].spent.tokens, 900u);
  EXPECT_EQ(views[0].held_back, 2u);
}

TEST(Budget, OneProvidersBoundIsItsOwn) {
  World world;
  world.checked->budget.tokens = 1'000;
  world.bare->budget.usd = 1;
  auto budget = world.budget();
  spend(budget, world.target(), 900, kNoon);
  EXPECT_EQ(budget.ask(*world.target(), kUnpriced, kNoon).level, BudgetLevel::models);
  EXPECT_EQ(budget.ask(*world.bare_target(), kUnpriced, kNoon).level, BudgetLevel::full);
  spend(budget, world.bare_target(), 10, kNoon, 1.0);
  EXPECT_EQ(budget.ask(*world.bare_target(), kUnpriced, kNoon).level, BudgetLevel::paused);
  const auto views = budget.view(kNoon);
  ASSERT_EQ(views.size(), 2u);
  EXPECT_EQ(views[0].provider, "bare");
  EXPECT_EQ(views[0].level, BudgetLevel::paused);
  EXPECT_EQ(views[1].provider, "p");
  EXPECT_EQ(views[1].level, BudgetLevel::models);
}

TEST(Budget, ProbesInFlightCannotPassTheBoundTogether) {
  World world;
  const auto target = world.target();
  const auto worst = worst_case(*target, kUnpriced).tokens;
  world.config.budget.tokens = 3 * worst;
  auto budget = world.budget();
  std::vector<Budget::Grant> grants;
  for (int i = 0; i < 3; ++i) {
    grants.push_back(budget.ask(*target, kUnpriced, kNoon));
    EXPECT_EQ(grants.back().level, BudgetLevel::full);
  }
  EXPECT_EQ(budget.ask(*target, kUnpriced, kNoon).level, BudgetLevel::models);
  // That was because of the others; the bound itself is not met.
  EXPECT_TRUE(budget.changes().empty());
  for (const auto& grant : grants) budget.settle(grant, answer(target, 1, 1), kNoon);
  const auto again = budget.ask(*target, kUnpriced, kNoon);
  EXPECT_EQ(again.level, BudgetLevel::full);
  budget.release(again, *target);
  EXPECT_EQ(tokens_spent(budget), 6u);
  EXPECT_EQ(budget.view(kNoon)[0].held_back, 1u);
}

TEST(Budget, AProbeTooLargeForTheBoundStandsBackAlone) {
  World world;
  world.config.budget.tokens = 2'000;
  auto budget = world.budget();
  auto huge = make_target(world.checked);
  huge.max_output_tokens = 5'000;
  EXPECT_EQ(budget.ask(huge, kUnpriced, kNoon).level, BudgetLevel::models);
  EXPECT_EQ(budget.ask(*world.target(), kUnpriced, kNoon).level, BudgetLevel::full);
  EXPECT_TRUE(budget.changes().empty());
}

TEST(Budget, ABoundThatWasMetStaysMetForTheDay) {
  World world;
  world.config.budget.tokens = 2'000;
  auto budget = world.budget();
  spend(budget, world.target(), 1'200, kNoon);
  auto long_answer = make_target(world.checked);
  long_answer.max_output_tokens = 1'000;
  EXPECT_EQ(budget.ask(long_answer, kUnpriced, kNoon).level, BudgetLevel::models);
  // It would fit, but a target that changes to and fro tells nobody anything.
  EXPECT_EQ(budget.ask(*world.target(), kUnpriced, kNoon + 11h).level, BudgetLevel::models);
  EXPECT_EQ(budget.ask(*world.target(), kUnpriced, kNoon + 12h).level, BudgetLevel::full);
}

TEST(Budget, TellsEachChangeOnce) {
  World world;
  world.config.budget.tokens = 1'000;
  auto budget = world.budget();
  EXPECT_TRUE(budget.changes().empty());
  spend(budget, world.target(), 1'000, kNoon);
  auto changes = budget.changes();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].provider, "");
  EXPECT_EQ(changes[0].from, BudgetLevel::full);
  EXPECT_EQ(changes[0].to, BudgetLevel::models);
  budget.ask(*world.target(), kUnpriced, kNoon);
  EXPECT_TRUE(budget.changes().empty());
  budget.ask(*world.target(), kUnpriced, kNoon + 24h);
  changes = budget.changes();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].to, BudgetLevel::full);
}

// What is booked for one probe.
TEST(Budget, BooksTheTruthElseTheWorst) {
  const World world;
  const auto target = world.target();
  const auto price = std::optional(flat(1e-3, 1e-3));
  const auto worst = worst_case(*target, price);
  const auto unpriced = worst_case(*target, kUnpriced);
  const auto change = [&](auto edit) {
    auto result = answer(target, 10, 5, 0.02);
    edit(result);
    return result;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const struct {
    const char* what;
    std::optional<ModelPrice> price;
    ProbeResult result;
    Spending booked;
  } cases[] = {
      {"told all", price, change([](auto&) {}), {0.02, 15, false}},
      {"thought apart",
       price,
       change([](auto& r) {
         r.usage->reasoning = 7;
         r.usage->reasoning_apart = true;
       }),
       {0.02, 22, false}},
      {"no usage", price, change([](auto& r) {
         r.usage.reset();
         r.cost_usd.reset();
       }),
       worst},
      {"only output",
       price,
       change([](auto& r) { r.usage->input.reset(); }),
       {0.02, worst.tokens, false}},
      {"only output, and much of it",
       price,
       change([](auto& r) {
         r.usage->input.reset();
         r.usage->output = 99'999;
       }),
       {0.02, 99'999, false}},
      {"no cost", price, change([](auto& r) { r.cost_usd.reset(); }), {worst.usd, 15, false}},
      {"cost is nonsense",
       price,
       change([&](auto& r) { r.cost_usd = nan; }),
       {worst.usd, 15, false}},
      {"cost is negative",
       price,
       change([&](auto& r) { r.cost_usd = -1; }),
       {worst.usd, 15, false}},
      {"broke in the middle", price, change([](auto& r) {
         r.outcome = Outcome::truncated;
         r.usage.reset();
         r.cost_usd.reset();
       }),
       worst},
      {"refused",
       price,
       change([](auto& r) {
         r.http_status = 429;
         r.usage.reset();
         r.cost_usd.reset();
       }),
       {}},
      {"failed", price, change([](auto& r) { r.http_status = 503; }), {}},
      {"no answer", price, change([](auto& r) { r.http_status.reset(); }), {}},
      {"was a free check", price, change([](auto& r) { r.kind = Kind::models; }), {}},
      {"no price, no cost", kUnpriced, change([](auto& r) { r.cost_usd.reset(); }), {0, 15, true}},
      {"no price, but the provider's word", kUnpriced, change([](auto&) {}), {0.02, 15, false}},
      {"nothing at all is known", kUnpriced, change([](auto& r) {
         r.usage.reset();
         r.cost_usd.reset();
       }),
       unpriced},
      {"tokens without end",
       price,
       change([](auto& r) { r.usage->input = std::numeric_limits<std::uint64_t>::max(); }),
       {0.02, std::numeric_limits<std::uint64_t>::max(), false}},
  };
  for (const auto& c : cases) {
    auto budget = world.budget();
    const auto grant = budget.ask(*target, c.price, kNoon);
    budget.settle(grant, c.result, kNoon);
    const auto ledger = budget.ledger(kNoon);
    EXPECT_DOUBLE_EQ(ledger.total.usd, c.booked.usd) << c.what;
    EXPECT_EQ(ledger.total.tokens, c.booked.tokens) << c.what;
    EXPECT_EQ(ledger.total.usd_unknown, c.booked.usd_unknown) << c.what;
  }
}

TEST(Budget, WithoutAPriceTheProbeRunsAndTheViewSaysSo) {
  World world;
  world.config.budget.usd = 0.01;
  auto budget = world.budget();
  EXPECT_FALSE(budget.view(kNoon)[0].spent.usd_unknown);
  for (int i = 0; i < 100; ++i) spend(budget, world.target(), 500, kNoon);
  const auto view = budget.view(kNoon)[0];
  EXPECT_TRUE(view.spent.usd_unknown);
  EXPECT_EQ(view.spent.usd, 0);
  EXPECT_EQ(view.spent.tokens, 50'000u);
  EXPECT_EQ(view.level, BudgetLevel::full);
}

TEST(Budget, TheDayEndsAtMidnightUtc) {
  World world;
  world.config.budget.tokens = 1'000;
  auto budget = world.budget();
  spend(budget, world.target(), 1'000, kNoon);
  const auto before_midnight = kNoon + 12h - 1s;
  const auto midnight = kNoon + 12h;
  EXPECT_EQ(budget.view(before_midnight)[0].spent.tokens, 1'000u);
  // Looking is enough: the metrics must not wait for a probe.
  EXPECT_EQ(budget.view(midnight)[0].spent.tokens, 0u);
  EXPECT_EQ(budget.view(midnight)[0].level, BudgetLevel::full);
  EXPECT_EQ(budget.ledger(midnight).day, kToday + std::chrono::days(1));
  EXPECT_EQ(tokens_spent(budget, midnight), 0u);
  EXPECT_EQ(budget.ask(*world.target(), kUnpriced, before_midnight).level, BudgetLevel::models);
  EXPECT_EQ(budget.ask(*world.target(), kUnpriced, midnight).level, BudgetLevel::full);
}

TEST(Budget, AProbeOverMidnightIsBookedToTheDayItEnds) {
  World world;
  const auto target = world.target();
  const auto worst = worst_case(*target, kUnpriced).tokens;
  world.config.budget.tokens = worst + worst / 2;
  auto budget = world.budget();
  const auto grant = budget.ask(*target, kUnpriced, kNoon + 12h - 1s);
  ASSERT_EQ(grant.level, BudgetLevel::full);
  // Its reservation goes with it into the new day.
  EXPECT_EQ(budget.ask(*target, kUnpriced, kNoon + 12h).level, BudgetLevel::models);
  budget.settle(grant, answer(target, 7, 1), kNoon + 12h + 1s);
  EXPECT_EQ(tokens_spent(budget, kNoon + 12h + 1s), 8u);
  EXPECT_EQ(budget.ask(*target, kUnpriced, kNoon + 12h + 2s).level, BudgetLevel::full);
}

BudgetLedger ledger_of(std::chrono::sys_days day, std::uint64_t tokens) {
  return {day, {1.5, tokens, false}, {{"p", {1.5, tokens, false}}}};
}

TEST(Budget, SurvivesARestart) {
  World world;
  world.config.budget.tokens = 1'000;
  auto first = world.budget();
  spend(first, world.target(), 1'000, kNoon);
  const auto again = world.budget(first.ledger(kNoon));
  EXPECT_EQ(again.ledger(kNoon), first.ledger(kNoon));
  EXPECT_EQ(again.view(kNoon)[0].level, BudgetLevel::models);
  // A bound that the next probe would pass is met too, and so it is after a restart…
  world.config.budget.tokens = 1'001;
  auto tight = world.budget();
  spend(tight, world.target(), 1'000, kNoon);
  EXPECT_EQ(tight.ask(*world.target(), kUnpriced, kNoon).level, BudgetLevel::models);
  EXPECT_EQ(world.budget(tight.ledger(kNoon)).view(kNoon)[0].level, BudgetLevel::models);
  // … unless there is another bound by then, or another day.
  world.config.budget.tokens = 10'000;
  EXPECT_EQ(world.budget(tight.ledger(kNoon)).view(kNoon)[0].level, BudgetLevel::full);
  world.config.budget.tokens = 1'001;
  EXPECT_EQ(world.budget(tight.ledger(kNoon)).view(kNoon + 24h)[0].level, BudgetLevel::full);
  world.config.budget.tokens = 1'000;
  // Yesterday's is over.
  const auto old = world.budget(ledger_of(kToday - std::chrono::days(1), 1'000));
  EXPECT_EQ(tokens_spent(old), 0u);
  EXPECT_EQ(old.view(kNoon)[0].level, BudgetLevel::full);
}

TEST(Budget, ALedgerFromTheFutureCountsAsTodays) {
  World world;
  world.config.budget.tokens = 1'000;
  for (const int days : {1, 2, 1'000}) {
    auto budget = world.budget(ledger_of(kToday + std::chrono::days(days), 1'000));
    EXPECT_EQ(tokens_spent(budget), 1'000u) << days;
    EXPECT_EQ(budget.ask(*world.target(), kUnpriced, kNoon).level, BudgetLevel::models);
    EXPECT_EQ(budget.ledger(kNoon).day, kToday);
    EXPECT_EQ(budget.ask(*world.target(), kUnpriced, kNoon + 12h).level, BudgetLevel::full);
  }
}

TEST(Budget, AClockThatStepsOverMidnightForgetsNothing) {
  const World world;
  auto budget = world.budget();
  const auto midnight = kNoon + 12h;
  spend(budget, world.target(), 100, midnight - 1s);
  spend(budget, world.target(), 10, midnight + 1s);
  EXPECT_EQ(tokens_spent(budget, midnight + 1s), 10u);
  spend(budget, world.target(), 1, midnight - 1s);  // set back by two seconds
  EXPECT_EQ(tokens_spent(budget, midnight - 1s), 111u);
  // All that was spent before the midnight that counts.
  spend(budget, world.target(), 1'000, midnight + 1s);
  EXPECT_EQ(tokens_spent(budget, midnight + 1s), 1'000u);
}

TEST(Budget, AClockThatJumpsFarAndReturnsForgetsNothing) {
  const World world;
  auto budget = world.budget();
  spend(budget, world.target(), 100, kNoon);
  spend(budget, world.target(), 10, kNoon + 24h * 300);
  spend(budget, world.target(), 1, kNoon + 1s);
  EXPECT_EQ(tokens_spent(budget, kNoon + 1s), 111u);
  EXPECT_EQ(tokens_spent(budget, kNoon + 24h), 0u);
}

TEST(Budget, AReloadKeepsWhatWasSpentAndWhatIsInFlight) {
  World world;
  const auto target = world.target();
  const auto worst = worst_case(*target, kUnpriced).tokens;
  world.config.budget.tokens = 100'000;
  auto budget = world.budget();
  spend(budget, target, 50, kNoon);
  const auto grant = budget.ask(*target, kUnpriced, kNoon);
  ASSERT_EQ(grant.level, BudgetLevel::full);

  auto config = world.config;
  config.budget.tokens = 50 + worst;
  budget.reconfigure(config);
  EXPECT_EQ(budget.ask(*target, kUnpriced, kNoon).level, BudgetLevel::models);
  budget.settle(grant, answer(target, 0, 0), kNoon);
  const auto next = budget.ask(*target, kUnpriced, kNoon);
  EXPECT_EQ(next.level, BudgetLevel::full);
  budget.settle(next, answer(target, worst, 0), kNoon);
  EXPECT_EQ(budget.ask(*target, kUnpriced, kNoon).level, BudgetLevel::models);

  // More money, and it goes on; a provider that is gone keeps its place in the ledger.
  config.budget.tokens = 100'000;
  config.providers = {world.bare};
  budget.reconfigure(config);
  EXPECT_EQ(budget.ask(*world.bare_target(), kUnpriced, kNoon).level, BudgetLevel::full);
  EXPECT_EQ(budget.ledger(kNoon).providers.at("p").tokens, 50 + worst);
}

// Whatever happens in whatever order: while no probe uses more than its worst case, no bound is
// passed on any day.
TEST(Budget, NeverPassesABoundThatCouldBeForeseen) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) {
      return std::uniform_int_distribution<unsigned>(0, n - 1)(random);
    };
    World world;
    world.config.budget = {0.5, 20'000};
    world.checked->budget = {0.3, std::nullopt};
    world.bare->budget = {std::nullopt, 9'000};
    auto budget = world.budget();
    const auto price = std::optional(flat(1e-4, 3e-4));

    struct Flight {
      Budget::Grant grant;
      std::shared_ptr<const Target> target;
    };
    std::deque<Flight> flying;
    unsigned refused = 0;
    auto now = kNoon;
    for (int step = 0; step < 400; ++step) {
      now += std::chrono::seconds(below(600));
      if (below(2) == 0) {
        auto target = std::make_shared<Target>(make_target(below(2) ? world.checked : world.bare));
        target->max_output_tokens = 1 + below(300);
        const auto grant = budget.ask(*target, price, now);
        if (grant.level == BudgetLevel::full)
          flying.push_back({grant, target});
        else
          ++refused;
      } else if (!flying.empty()) {
        const auto flight = flying.front();
        flying.pop_front();
        if (below(10) == 0) {
          budget.release(flight.grant, *flight.target);
        } else {
          const double share = below(101) / 100.0;
          const auto tokens =
              static_cast<std::uint64_t>(share * static_cast<double>(flight.grant.reserved.tokens));
          auto result = answer(flight.target, tokens, 0, share * flight.grant.reserved.usd);
          if (below(4) == 0) result.usage.reset();
          if (below(4) == 0) result.cost_usd.reset();
          if (below(8) == 0) result.http_status.reset();
          budget.settle(flight.grant, result, now);
        }
      }
      for (const auto& view : budget.view(now)) {
        ASSERT_LE(view.spent.usd, view.budget.usd.value_or(1e9) + 1e-9) << seed;
        ASSERT_LE(view.spent.tokens, view.budget.tokens.value_or(1'000'000'000)) << seed;
      }
    }
    EXPECT_GT(refused, 0u) << "the bounds were never tried";
  }
}

}  // namespace
}  // namespace llm
