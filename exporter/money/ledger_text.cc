#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "dialects/json.h"
#include "dialects/numbers.h"
#include "money/budget_file.h"

namespace llm {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kMaxName = 512;
// Nobody spends so much in a day; a ledger that says so is not ours.
constexpr double kMaxUsd = 1e9;
constexpr std::uint64_t kMaxDayTokens = 1'000'000'000'000'000;

nlohmann::json to_json(const Spending& spending) {
  nlohmann::json out = {{"usd", spending.usd}, {"tokens", spending.tokens}};
  if (spending.usd_unknown) out["usd_unknown"] = true;
  return out;
}

std::optional<Spending> read_spending(std::optional<json::Value> value) {
  if (!value) return std::nullopt;
  const auto usd = json::number(*value, "usd");
  const auto member = json::member(*value, "tokens");
  std::uint64_t tokens = 0;
  if (!usd || !member || member->get(tokens) != simdjson::SUCCESS) return std::nullopt;
  if (*usd < 0 || *usd > kMaxUsd || tokens > kMaxDayTokens) return std::nullopt;
  const auto flag = json::member(*value, "usd_unknown");
  bool usd_unknown = false;
  if (flag && flag->get(usd_unknown) != simdjson::SUCCESS) return std::nullopt;
  return Spending{*usd, tokens, usd_unknown};
}

nlohmann::json to_json(const DailyBudget& bound) {
  nlohmann::json out = nlohmann::json::object();
  if (bound.usd) out["usd"] = *bound.usd;
  if (bound.tokens) out["tokens"] = *bound.tokens;
  return out;
}

// False: there is something that is no bound. A ledger of an older version has none.
bool read_met(json::Value root, std::map<std::string, DailyBudget>& met) {
  const auto member = json::member(root, "met");
  if (!member) return true;
  json::Object bounds;
  if (member->get(bounds) != simdjson::SUCCESS || bounds.size() > kMaxBudgetProviders + 1)
    return false;
  for (const auto [name, value] : bounds) {
    if (name.size() > kMaxName) return false;
    DailyBudget bound;
    bound.usd = json::number(value, "usd");
    std::uint64_t tokens = 0;
    if (const auto count = json::member(value, "tokens"); count) {
      if (count->get(tokens) != simdjson::SUCCESS) return false;
      bound.tokens = tokens;
    }
    met.insert_or_assign(std::string(name), bound);
  }
  return true;
}

std::optional<std::chrono::sys_days> read_day(std::string_view text) {
  const auto midnight = parse_rfc3339(std::string(text) + "T00:00:00Z");
  if (text.size() != 10 || !midnight) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(*midnight);
}

std::string day_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

std::string write_ledger(const BudgetLedger& ledger) {
  nlohmann::json out = {{"version", kVersion},
                        {"day", day_text(ledger.day)},
                        {"total", to_json(ledger.total)},
                        {"providers", nlohmann::json::object()}};
  for (const auto& [name, spent] : ledger.providers) out["providers"][name] = to_json(spent);
  for (const auto& [name, bound] : ledger.met) out["met"][name] = to_json(bound);
  return out.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<BudgetLedger> read_ledger(std::string_view text) {
  if (text.size() > kMaxBudgetFileBytes) return Err{"is too large"};
  const auto root = json::parse(text);
  if (!root) return Err{"is not JSON"};
  if (json::count(*root, "version") != kVersion) return Err{"is of another version"};
  const auto day = read_day(json::text(*root, "day"));
  const auto total = read_spending(json::member(*root, "total"));
  const auto providers = json::member(*root, "providers");
  json::Object members;
  if (!day || !total || !providers || providers->get(members) != simdjson::SUCCESS)
    return Err{"lacks the day, the total or the providers"};

  BudgetLedger ledger{*day, *total, {}, {}};
  for (const auto [name, value] : members) {
    const auto spent = read_spending(value);
    if (!spent || name.size() > kMaxName) return Err{"has a provider without a spending"};
    ledger.providers.insert_or_assign(std::string(name), *spent);
    if (ledger.providers.size() > kMaxBudgetProviders) return Err{"has too many providers"};
  }
  if (!read_met(*root, ledger.met)) return Err{"has a met bound that is none"};
  return ledger;
}

}  // namespace llm
