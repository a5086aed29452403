#include "web/providers_api.h"

#include <nlohmann/json.hpp>

#include "metrics/provider_families.h"
#include "web/words.h"

namespace llm {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json maybe(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
Json text(std::string_view value) { return value.empty() ? Json(nullptr) : Json(value); }
Json when(const std::optional<WallTime>& at) {
  return at ? text(timestamp(to_unix_seconds(*at))) : Json(nullptr);
}

Json status_json(const ProviderState& p, const Roster& roster, WallTime now) {
  if (!p.status) return nullptr;
  const auto& page = p.provider->status_page;
  const bool tells = !stale(p.status->read_at, page.interval, now);
  const auto level = [&](ServiceLevel l) { return tells ? l : ServiceLevel::unknown; };
  const auto& report = p.status->report;
  Json components = Json::object();
  for (const auto& c : report.components) components[c.name] = to_string(level(c.level));
  return {
      {"url", page.url},
      {"overall", to_string(level(report.overall))},
      {"components", components},
      {"open_incidents", tells ? maybe(report.open_incidents) : Json(nullptr)},
      {"incident", tells ? text(report.incident) : Json(nullptr)},
      {"agreement", to_string(compare(own_view(roster, *p.provider, now), level(report.overall)))},
      {"readable", p.status->readable},
      {"error", text(p.status->error)},
      {"read_at", when(p.status->read_at)}};
}

Json account_json(const ProviderState& p) {
  if (!p.account) return nullptr;
  const auto& report = p.account->report;
  Json balances = Json::object();
  for (const auto& b : report.balances) balances[b.currency] = b.amount;
  Json tokens = Json::array();
  for (const auto& t : report.tokens) {
    tokens.push_back({{"model", t.model}, {"token_type", t.token_type}, {"today", t.today}});
  }
  return {{"spent_today_usd", maybe(report.spent_today_usd)},
          {"spent_month_usd", maybe(report.spent_month_usd)},
          {"limit_usd", maybe(report.limit_usd)},
          {"limit_remaining_usd", maybe(report.limit_remaining_usd)},
          {"usable", maybe(report.usable)},
          {"balances", balances},
          {"tokens", tokens},
          {"readable", p.account->readable},
          {"error", text(p.account->error)},
          {"read_at", when(p.account->read_at)}};
}

Json budget_json(const BudgetView& b) {
  return {{"provider", text(b.provider)},
          {"usd_per_day", maybe(b.budget.usd)},
          {"tokens_per_day", maybe(b.budget.tokens)},
          {"spent_usd", b.spent.usd},
          {"spent_tokens", b.spent.tokens},
          {"level", to_string(b.level)}};
}

}  // namespace

std::string providers_json(const ProvidersState& state, const Roster& roster, WallTime now) {
  Json providers = Json::array(), budgets = Json::array();
  for (const auto& p : state.providers) {
    providers.push_back({{"provider", p.provider->name},
                         {"type", p.provider->type->name},
                         {"status_page", status_json(p, roster, now)},
                         {"account", account_json(p)}});
  }
  for (const auto& b : state.budgets) budgets.push_back(budget_json(b));
  const Json answer = {{"status", "success"},
                       {"data", {{"providers", providers}, {"budgets", budgets}}}};
  return answer.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace llm
