#include "metrics/provider_families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/exposition.h"
#include "unit/metrics/make_roster.h"
#include "unit/metrics/strict_parser.h"

namespace llm {
namespace {

using test::at;
using test::kNow;
using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;

std::map<std::string, double> samples(const ProvidersState& state, const Roster& roster = {},
                                      double now = kNow) {
  const auto text =
      render_families(provider_families(state, roster, at(now)), TextFormat::prometheus);
  const auto parsed = test::parse_strictly(text, TextFormat::prometheus);
  EXPECT_EQ(parsed.error, "") << text;
  return {parsed.samples.begin(), parsed.samples.end()};
}

ProvidersState with_status(ServiceLevel overall, bool readable = true) {
  ProviderState p{test::make_provider(), Polled<StatusReport>{}, std::nullopt};
  p.status->report.overall = overall;
  p.status->report.components = {{"Chat \"API\"", overall}};
  p.status->report.open_incidents = 1;
  p.status->readable = readable;
  p.status->read_at = at(kNow - 60);
  return {{p}, {}, {}};
}

TEST(ProviderFamilies, TheStatusPageOnOneScale) {
  const auto got = samples(with_status(ServiceLevel::partial_outage));
  EXPECT_THAT(got,
              Contains(Pair(R"(llm_provider_status{provider="acme",component="overall"})", 4)));
  EXPECT_THAT(
      got, Contains(Pair(R"(llm_provider_status{provider="acme",component="Chat \"API\""})", 4)));
  EXPECT_THAT(got, Contains(Pair(R"(llm_provider_status_readable{provider="acme"})", 1)));
  EXPECT_THAT(got, Contains(Pair(R"(llm_provider_status_open_incidents{provider="acme"})", 1)));
  EXPECT_THAT(got, Contains(Pair(R"(llm_provider_status_read_timestamp_seconds{provider="acme"})",
                                 kNow - 60)));
}

// Names come from outside; a scrape with the same series twice would be refused whole.
TEST(ProviderFamilies, TwoComponentsOfOneNameAreTheWorseOne) {
  auto state = with_status(ServiceLevel::operational);
  state.providers[0].status->report.components = {{"API", ServiceLevel::operational},
                                                  {"API", ServiceLevel::degraded},
                                                  {"API", ServiceLevel::unknown}};
  EXPECT_EQ(samples(state).at(R"(llm_provider_status{provider="acme",component="API"})"), 3);
}

// Unreadable is unknown, never down; what was read a moment ago still holds.
TEST(ProviderFamilies, WhatWasReadTooLongAgoIsUnknown) {
  const auto state = with_status(ServiceLevel::major_outage, false);
  const auto overall = R"(llm_provider_status{provider="acme",component="overall"})";
  EXPECT_EQ(samples(state).at(overall), 5);
  const auto later = samples(state, {}, kNow + 3 * 180 + 1);
  EXPECT_EQ(later.at(overall), 0);
  EXPECT_EQ(later.at(R"(llm_provider_status_readable{provider="acme"})"), 0);
  EXPECT_THAT(later, Not(Contains(Key(R"(llm_provider_status_open_incidents{provider="acme"})"))));
}

TEST(ProviderFamilies, NeverReadIsUnknown) {
  ProviderState p{test::make_provider(), Polled<StatusReport>{}, Polled<AccountReport>{}};
  const auto got = samples({{p}, {}, {}});
  EXPECT_EQ(got.at(R"(llm_provider_status{provider="acme",component="overall"})"), 0);
  EXPECT_EQ(got.at(R"(llm_account_readable{provider="acme"})"), 0);
  EXPECT_THAT(got, Not(Contains(Key(R"(llm_account_read_timestamp_seconds{provider="acme"})"))));
  EXPECT_THAT(got, Not(Contains(Key(R"(llm_account_spent_usd{provider="acme",period="day"})"))));
}

TEST(ProviderFamilies, DisagreementNeedsAnOutageOfAnAge) {
  const auto target = test::make_target();
  const auto roster_after = [&](Outcome outcome, double good_at) {
    TargetState state;
    record(state, test::make_result(target, Outcome::ok), at(good_at));
    record(state, test::make_result(target, outcome), at(kNow - 5));
    return Roster{{test::make_entry(target, state)}};
  };
  const auto unreported =
      R"(llm_provider_status_disagrees{provider="acme",kind="unreported_outage"})";
  const auto unseen = R"(llm_provider_status_disagrees{provider="acme",kind="unseen_incident"})";
  const struct {
    Outcome ours;
    double good_ago;
    ServiceLevel theirs;
    double unreported, unseen;
  } rows[] = {
      {Outcome::overloaded, 1'200, ServiceLevel::operational, 1, 0},
      {Outcome::overloaded, 60, ServiceLevel::operational, 0, 0},  // too early to tell
      {Outcome::overloaded, 1'200, ServiceLevel::major_outage, 0, 0},
      {Outcome::overloaded, 1'200, ServiceLevel::unknown, 0, 0},
      {Outcome::ok, 1'200, ServiceLevel::major_outage, 0, 1},
      {Outcome::ok, 1'200, ServiceLevel::operational, 0, 0},
      {Outcome::auth, 1'200, ServiceLevel::major_outage, 0, 0},  // our key says nothing of them
  };
  for (const auto& row : rows) {
    const auto got = samples(with_status(row.theirs), roster_after(row.ours, kNow - row.good_ago));
    EXPECT_EQ(got.at(unreported), row.unreported) << to_string(row.ours) << to_string(row.theirs);
    EXPECT_EQ(got.at(unseen), row.unseen) << to_string(row.ours) << to_string(row.theirs);
  }
}

TEST(ProviderFamilies, AnAccountTellsWhatIsKnown) {
  ProviderState p{test::make_provider(), std::nullopt, Polled<AccountReport>{}};
  p.account->readable = true;
  p.account->read_at = at(kNow);
  p.account->report.spent_today_usd = 0;
  p.account->report.spent_month_usd = 12.5;
  p.account->report.balances = {{"CNY", -3}};
  p.account->report.tokens = {{"gpt-4o", "input", 7}};
  p.account->report.usable = false;
  const auto got = samples({{p}, {}, {}});
  EXPECT_EQ(got.at(R"(llm_account_spent_usd{provider="acme",period="day"})"), 0);
  EXPECT_EQ(got.at(R"(llm_account_spent_usd{provider="acme",period="month"})"), 12.5);
  EXPECT_EQ(got.at(R"(llm_account_balance{provider="acme",currency="CNY"})"), -3);
  EXPECT_EQ(got.at(R"(llm_account_usable{provider="acme"})"), 0);
  EXPECT_EQ(
      got.at(R"(llm_account_tokens_today{provider="acme",model="gpt-4o",token_type="input"})"), 7);
  EXPECT_THAT(got, Not(Contains(Key(R"(llm_account_limit_usd{provider="acme"})"))));
}

TEST(ProviderFamilies, BudgetsOfAllAndOfOne) {
  BudgetView all, one;
  all.budget.usd = 1.5;
  all.spent.usd = 0.25;
  one.provider = "acme";
  one.budget.tokens = 1'000;
  one.spent.tokens = 999;
  one.level = BudgetLevel::models;
  const auto got = samples({{}, {all, one}, {}});
  EXPECT_EQ(got.at("llm_exporter_daily_budget_usd"), 1.5);
  EXPECT_EQ(got.at("llm_exporter_budget_spent_usd"), 0.25);
  EXPECT_EQ(got.at("llm_exporter_budget_level"), 0);
  EXPECT_EQ(got.at(R"(llm_exporter_daily_budget_tokens{provider="acme"})"), 1'000);
  EXPECT_EQ(got.at(R"(llm_exporter_budget_spent_tokens{provider="acme"})"), 999);
  EXPECT_EQ(got.at(R"(llm_exporter_budget_level{provider="acme"})"), 1);
  EXPECT_THAT(got, Not(Contains(Key(R"(llm_exporter_daily_budget_usd{provider="acme"})"))));
}

}  // namespace
}  // namespace llm
