#include "money/budget.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace llm {
namespace {

// What chat templates and hidden system prompts add to ours.
constexpr std::uint64_t kPromptOverheadTokens = 256;

std::chrono::sys_days day_of(WallTime time) { return std::chrono::floor<std::chrono::days>(time); }

std::uint64_t add(std::uint64_t a, std::uint64_t b) {
  return b > std::numeric_limits<std::uint64_t>::max() - a
             ? std::numeric_limits<std::uint64_t>::max()
             : a + b;
}

Spending operator+(const Spending& a, const Spending& b) {
  return {a.usd + b.usd, add(a.tokens, b.tokens), a.usd_unknown || b.usd_unknown};
}

bool within(const Spending& spending, const DailyBudget& budget) {
  return (!budget.usd || spending.usd <= *budget.usd) &&
         (!budget.tokens || spending.tokens <= *budget.tokens);
}

bool used_up(const Spending& spending, const DailyBudget& budget) {
  return (budget.usd && spending.usd >= *budget.usd) ||
         (budget.tokens && spending.tokens >= *budget.tokens);
}

// The larger of two prices, as far as they are known.
std::optional<double> dearer(std::optional<double> price, std::optional<double> other) {
  if (!price || !other) return price;
  return std::max(*price, *other);
}

// Providers bill answers, not refusals and not failures of their own.
bool was_answered(const ProbeResult& result) {
  return result.http_status && *result.http_status / 100 == 2;
}

BudgetLevel level_without_generating(const Provider& provider) {
  return free_check(provider) ? BudgetLevel::models : BudgetLevel::paused;
}

std::uint64_t tokens_used(const std::optional<Usage>& usage, std::uint64_t worst) {
  if (!usage) return worst;
  const auto generated = usage->generated();
  const auto known = add(usage->input.value_or(0), generated.value_or(0));
  return usage->input && generated ? known : std::max(known, worst);
}

Spending truth(const Spending& reserved, const ProbeResult& result) {
  if (!generates(result.kind) || !was_answered(result)) return {};
  Spending used = reserved;
  used.tokens = tokens_used(result.usage, reserved.tokens);
  if (result.cost_usd && std::isfinite(*result.cost_usd) && *result.cost_usd >= 0) {
    used.usd = *result.cost_usd;
    used.usd_unknown = false;
  }
  return used;
}

}  // namespace

std::string_view to_string(BudgetLevel level) {
  switch (level) {
    case BudgetLevel::full:
      return "full";
    case BudgetLevel::models:
      return "models";
    case BudgetLevel::paused:
      return "paused";
  }
  return "";
}

std::optional<Kind> free_check(const Provider& provider) {
  if (!key_check_path(*provider.type).empty()) return Kind::key;
  if (!provider.models_path.empty()) return Kind::models;
  return std::nullopt;
}

Spending worst_case(const Target& target, const std::optional<ModelPrice>& price) {
  if (!generates(target.kind)) return {};
  const std::uint64_t input =
      target.prompt.size() + target.provider->extra_body.size() + kPromptOverheadTokens;
  const std::uint64_t output = target.max_output_tokens;
  Spending worst{0, input + output, true};
  if (!price) return worst;
  const auto& prices = price->at(input);
  const auto input_price = dearer(prices.input, prices.cache_write);
  const auto output_price = dearer(prices.output, prices.reasoning);
  if (!input_price || !output_price) return worst;
  worst.usd = static_cast<double>(input) * *input_price;
  worst.usd += static_cast<double>(output) * *output_price;
  worst.usd_unknown = false;
  return worst;
}

void Budget::Account::bind(const DailyBudget& bound) {
  if (budget != bound) {
    budget = bound;
    met = false;
    held_back = 0;
  }
  met = met || used_up(spent, budget);
}

bool Budget::Account::forgettable() const {
  return spent == Spending{} && reserved == Spending{} && before == Spending{};
}

bool Budget::Account::lets(const Spending& worst) {
  if (!within(spent + worst, budget) && within(worst, budget)) met = true;
  const bool yes = !met && within(spent + reserved + worst, budget);
  if (!yes) ++held_back;
  return yes;
}

void Budget::Account::unreserve(const Spending& reservation) {
  reserved.tokens -= std::min(reserved.tokens, reservation.tokens);
  // No residue of rounding may stay when nothing is in flight any more.
  reserved.usd = reserved.tokens == 0 ? 0 : std::max(0.0, reserved.usd - reservation.usd);
}

void Budget::Account::book(const Spending& used) {
  spent = spent + used;
  met = met || used_up(spent, budget);
}

BudgetView Budget::Account::view(const std::string& provider) const {
  return {provider, budget, spent, level(), held_back};
}

Budget::Budget(const Config& config, const BudgetLedger& ledger) : day_(ledger.day) {
  total_.spent = ledger.total;
  for (const auto& [name, spent] : ledger.providers) providers_[name].spent = spent;
  reconfigure(config);
  // Of another bound than today's it would say nothing.
  for (const auto& [name, bound] : ledger.met) {
    const auto found = providers_.find(name);
    Account* account = name.empty()                ? &total_
                       : found == providers_.end() ? nullptr
                                                   : &found->second;
    if (account != nullptr && account->budget == bound) account->met = true;
  }
}

void Budget::reconfigure(const Config& config) {
  std::map<std::string, DailyBudget> bounds;
  auto all_when_met = config.providers.empty() ? BudgetLevel::models : BudgetLevel::paused;
  for (const auto& provider : config.providers) {
    bounds[provider->name] = provider->budget;
    const auto level = level_without_generating(*provider);
    providers_[provider->name].when_met = level;
    all_when_met = std::min(all_when_met, level);
  }
  std::erase_if(providers_, [&](const auto& entry) {
    return !bounds.contains(entry.first) && entry.second.forgettable();
  });
  total_.when_met = all_when_met;
  total_.bind(config.budget);
  for (auto& [name, account] : providers_) account.bind(bounds[name]);
}

Budget::Grant Budget::ask(const Target& target, const std::optional<ModelPrice>& price,
                          WallTime now) {
  start_day(now);
  if (!generates(target.kind)) return {};
  const auto worst = worst_case(target, price);
  auto& provider = providers_[target.provider->name];
  const bool all_let = total_.lets(worst);
  if (!provider.lets(worst) || !all_let) {
    return {level_without_generating(*target.provider), {}};
  }
  total_.reserved = total_.reserved + worst;
  provider.reserved = provider.reserved + worst;
  return {BudgetLevel::full, worst};
}

void Budget::release(const Grant& grant, const Target& target) {
  if (grant.level != BudgetLevel::full) return;
  total_.unreserve(grant.reserved);
  providers_[target.provider->name].unreserve(grant.reserved);
}

void Budget::settle(const Grant& grant, const ProbeResult& result, WallTime now) {
  start_day(now);
  if (grant.level != BudgetLevel::full) return;
  release(grant, *result.target);
  const auto used = truth(grant.reserved, result);
  total_.book(used);
  providers_[result.target->provider->name].book(used);
}

void Budget::start_day(WallTime now) {
  const auto today = day_of(now);
  if (today == day_) return;
  const auto turn = [&](Account& account) {
    if (today > day_) {
      account.before = std::exchange(account.spent, {});
    } else {
      if (today == day_before_) account.spent = account.spent + account.before;
      account.before = {};
    }
    account.met = used_up(account.spent, account.budget);
    account.held_back = 0;
  };
  turn(total_);
  for (auto& [name, account] : providers_) turn(account);
  day_before_ = std::exchange(day_, today);
}

Budget Budget::as_of(WallTime now) const {
  auto copy = *this;
  copy.start_day(now);
  return copy;
}

std::vector<BudgetView> Budget::view(WallTime now) const {
  if (day_of(now) != day_) return as_of(now).view(now);
  std::vector<BudgetView> out;
  if (total_.budget.any()) out.push_back(total_.view(""));
  for (const auto& [name, account] : providers_) {
    if (account.budget.any()) out.push_back(account.view(name));
  }
  return out;
}

BudgetLedger Budget::ledger(WallTime now) const {
  if (day_of(now) != day_) return as_of(now).ledger(now);
  BudgetLedger out{day_, total_.spent, {}, {}};
  if (total_.met) out.met[""] = total_.budget;
  for (const auto& [name, account] : providers_) {
    if (account.spent != Spending{}) out.providers[name] = account.spent;
    if (account.met) out.met[name] = account.budget;
  }
  return out;
}

std::vector<Budget::Change> Budget::changes() {
  std::vector<Change> out;
  const auto tell = [&](const std::string& name, Account& account) {
    const auto level = account.level();
    if (level != account.told) out.push_back({name, account.told, level});
    account.told = level;
  };
  tell("", total_);
  for (auto& [name, account] : providers_) tell(name, account);
  return out;
}

}  // namespace llm
