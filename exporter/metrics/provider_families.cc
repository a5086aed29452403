#include "metrics/provider_families.h"

#include <algorithm>
#include <array>
#include <string>

#include "metrics/families.h"

namespace llm {
namespace {

using enum prometheus::MetricType;
using Families = std::vector<prometheus::MetricFamily>;

std::optional<double> unix_seconds(const std::optional<WallTime>& when) {
  return when ? std::optional(to_unix_seconds(*when)) : std::nullopt;
}

MetricLabels of(const ProviderState& p) { return {{"provider", p.provider->name}}; }
MetricLabels with(MetricLabels labels, std::string name, std::string_view value) {
  labels.push_back({std::move(name), std::string(value)});
  return labels;
}

// A page that has not been readable for a while says nothing: unknown, never down.
bool tells(const ProviderState& p, WallTime now) {
  return p.status && !stale(p.status->read_at, p.provider->status_page.interval, now);
}
ServiceLevel level_now(const ProviderState& p, ServiceLevel level, WallTime now) {
  return tells(p, now) ? level : ServiceLevel::unknown;
}

void add_status(Families& out, const ProvidersState& state, const Roster& roster, WallTime now) {
  FamilyBuilder status("llm_provider_status",
                       "What the provider's status page says: 0 unknown, 1 operational, 2 "
                       "maintenance, 3 degraded, 4 partial outage, 5 major outage. Component "
                       "\"overall\" is the worst of those watched.",
                       Gauge);
  FamilyBuilder readable("llm_provider_status_readable",
                         "1 if the status page could be read at the latest attempt.", Gauge);
  FamilyBuilder read_at("llm_provider_status_read_timestamp_seconds",
                        "When the status page was last read.", Gauge);
  FamilyBuilder incidents("llm_provider_status_open_incidents",
                          "Open incidents that touch the watched components.", Gauge);
  FamilyBuilder disagrees("llm_provider_status_disagrees",
                          "1 where the page and our probes disagree: unreported_outage, we see it "
                          "down and they say operational; unseen_incident, the reverse.",
                          Gauge);
  for (const auto& p : state.providers) {
    if (!p.status) continue;
    const auto& report = p.status->report;
    const auto level = [&](ServiceLevel l) { return static_cast<double>(level_now(p, l, now)); };
    status.gauge(with(of(p), "component", "overall"), level(report.overall));
    for (const auto& part : report.components)
      if (!part.name.empty()) status.gauge(with(of(p), "component", part.name), level(part.level));
    readable.gauge(of(p), p.status->readable ? 1 : 0);
    read_at.gauge(of(p), unix_seconds(p.status->read_at));
    if (report.open_incidents && tells(p, now))
      incidents.gauge(of(p), static_cast<double>(*report.open_incidents));
    const auto agreement =
        compare(own_view(roster, *p.provider, now), level_now(p, report.overall, now));
    for (const auto kind : {Agreement::unreported_outage, Agreement::unseen_incident}) {
      disagrees.gauge(with(of(p), "kind", to_string(kind)), agreement == kind ? 1 : 0);
    }
  }
  for (auto* family : {&status, &readable, &read_at, &incidents, &disagrees})
    std::move(*family).add_to(out);
}

void add_account(Families& out, const ProvidersState& state) {
  FamilyBuilder spent("llm_account_spent_usd",
                      "What the provider says we spent, in US dollars, in this UTC day or month. "
                      "Providers lag by minutes to hours.",
                      Gauge);
  FamilyBuilder limit("llm_account_limit_usd", "Spending limit of the key or account.", Gauge);
  FamilyBuilder left("llm_account_limit_remaining_usd", "What is left of the spending limit.",
                     Gauge);
  FamilyBuilder balance("llm_account_balance", "Prepaid balance, by currency; may be negative.",
                        Gauge);
  FamilyBuilder usable("llm_account_usable", "1 if the provider says the account can be used.",
                       Gauge);
  FamilyBuilder tokens("llm_account_tokens_today",
                       "Tokens that the whole account used in this UTC day, by model.", Gauge);
  FamilyBuilder readable("llm_account_readable",
                         "1 if the account could be read at the latest attempt.", Gauge);
  FamilyBuilder read_at("llm_account_read_timestamp_seconds", "When the account was last read.",
                        Gauge);
  for (const auto& p : state.providers) {
    if (!p.account) continue;
    const auto& report = p.account->report;
    spent.gauge(with(of(p), "period", "day"), report.spent_today_usd);
    spent.gauge(with(of(p), "period", "month"), report.spent_month_usd);
    limit.gauge(of(p), report.limit_usd);
    left.gauge(of(p), report.limit_remaining_usd);
    for (const auto& b : report.balances)
      balance.gauge(with(of(p), "currency", b.currency), b.amount);
    if (report.usable) usable.gauge(of(p), *report.usable ? 1 : 0);
    for (const auto& t : report.tokens) {
      tokens.gauge(with(with(of(p), "model", t.model), "token_type", t.token_type),
                   static_cast<double>(t.today));
    }
    readable.gauge(of(p), p.account->readable ? 1 : 0);
    read_at.gauge(of(p), unix_seconds(p.account->read_at));
  }
  for (auto* family : {&spent, &limit, &left, &balance, &usable, &tokens, &readable, &read_at})
    std::move(*family).add_to(out);
}

std::optional<double> number(const std::optional<std::uint64_t>& value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

// The budget of all providers together has no provider.
void add_budget(Families& out, const ProvidersState& state) {
  FamilyBuilder usd("llm_exporter_daily_budget_usd",
                    "What probes may cost in a UTC day; without a provider, all together.", Gauge);
  FamilyBuilder tokens("llm_exporter_daily_budget_tokens",
                       "What probes may use in a UTC day; without a provider, all together.",
                       Gauge);
  FamilyBuilder spent_usd("llm_exporter_budget_spent_usd",
                          "What probes have cost in this UTC day, of those whose price is known.",
                          Gauge);
  FamilyBuilder spent_tokens("llm_exporter_budget_spent_tokens",
                             "What probes have used in this UTC day.", Gauge);
  FamilyBuilder incomplete("llm_exporter_budget_spent_usd_incomplete",
                           "1 if some probes of this UTC day had no known price.", Gauge);
  FamilyBuilder held("llm_exporter_budget_held_back_probes",
                     "Probes of this UTC day that the bound did not let run as configured.", Gauge);
  FamilyBuilder level("llm_exporter_budget_level",
                      "0 full: all probes as configured; 1 models: free checks instead of "
                      "generating probes; 2 paused.",
                      Gauge);
  for (const auto& b : state.budgets) {
    const MetricLabels labels =
        b.provider.empty() ? MetricLabels{} : MetricLabels{{"provider", b.provider}};
    usd.gauge(labels, b.budget.usd);
    tokens.gauge(labels, number(b.budget.tokens));
    // Of nothing but probes without a price nothing is known.
    if (b.spent.usd > 0 || !b.spent.usd_unknown) spent_usd.gauge(labels, b.spent.usd);
    incomplete.gauge(labels, b.spent.usd_unknown ? 1 : 0);
    held.gauge(labels, static_cast<double>(b.held_back));
    spent_tokens.gauge(labels, static_cast<double>(b.spent.tokens));
    level.gauge(labels, static_cast<double>(b.level));
  }
  for (auto* family : {&usd, &tokens, &spent_usd, &spent_tokens, &incomplete, &held, &level})
    std::move(*family).add_to(out);
}

}  // namespace

OwnView own_view(const Roster& roster, const Provider& provider, WallTime now) {
  OwnView view;
  const double now_seconds = to_unix_seconds(now);
  for (const auto& entry : roster.entries) {
    const auto& target = *entry->target;
    if (!generates(target.kind) || target.provider->name != provider.name) continue;
    const auto state = entry->state.get();
    if (stale(state, target, now_seconds)) continue;
    const auto verdict = state.last.state;
    if (verdict == State::unknown || verdict == State::misconfigured) continue;
    ++view.known;
    if (verdict != State::down) continue;
    ++view.down;
    const double good_at = std::isnan(state.last.success_at_unix_seconds)
                               ? to_unix_seconds(entry->added)
                               : state.last.success_at_unix_seconds;
    const auto down_for = std::chrono::duration<double>(std::max(0.0, now_seconds - good_at));
    view.down_for = std::max(view.down_for, std::chrono::duration_cast<Nanos>(down_for));
  }
  return view;
}

std::vector<prometheus::MetricFamily> provider_families(const ProvidersState& state,
                                                        const Roster& roster, WallTime now) {
  Families out;
  add_status(out, state, roster, now);
  add_account(out, state);
  add_budget(out, state);
  return out;
}

}  // namespace llm
