// The promise that the monitor never runs up a surprising bill: what may be spent in a UTC day,
// over all providers and for each. Pure: every function is told the time. Before a generating probe
// its worst case is reserved; afterwards the truth is booked instead. What an answer did not tell
// is booked at its worst case, so that silence is not free.
//
// The order of degrading, once the next generating probe would pass a bound:
//   full    every target as configured
//   models  a generating target is checked by its provider's free check instead (kind `key` or
//           `models`), at the same cadence
//   paused  a provider without such a check is not probed until the day is over
// A bound that was met stays met for the day, for all targets under it: series do not flicker. A
// probe that stands back only because others are in flight, or that is too large for the bound by
// itself, stands back alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "config/config.h"
#include "money/prices.h"
#include "probe/result.h"

namespace llm {

enum class BudgetLevel : std::uint8_t { full, models, paused };
std::string_view to_string(BudgetLevel level);

struct Spending {
  double usd = 0;
  std::uint64_t tokens = 0;
  bool usd_unknown = false;  // some of it has no known price: `usd` is a lower bound
  friend bool operator==(const Spending&, const Spending&) = default;
};

// What is remembered over a restart.
struct BudgetLedger {
  std::chrono::sys_days day;  // UTC
  Spending total;
  std::map<std::string, Spending> providers;
  // Bounds that were met, which lasts for the day; by provider, "" for all of them together.
  std::map<std::string, DailyBudget> met{};
  friend bool operator==(const BudgetLedger&, const BudgetLedger&) = default;
};

// How the budget stands, for metrics and the page; `provider` empty: all of them together.
struct BudgetView {
  std::string provider;
  DailyBudget budget;
  Spending spent;
  BudgetLevel level = BudgetLevel::full;
  std::uint64_t held_back = 0;  // probes of the day that this bound did not let run as configured
};

class Budget {
 public:
  Budget(const Config& config, const BudgetLedger& ledger);
  // A reload: new bounds; what was spent and what is in flight stay.
  void reconfigure(const Config& config);

  // What may run for `target` now, and the reservation that goes with it. Free kinds cost nothing
  // and always run. With level full the caller must call settle() or release() once. A probe
  // without a price counts nothing against a bound in dollars; its tokens count, and the view
  // tells.
  struct Grant {
    BudgetLevel level = BudgetLevel::full;
    Spending reserved;
  };
  Grant ask(const Target& target, const std::optional<ModelPrice>& price, WallTime now);
  // Replaces the reservation by what was used, on the day that it is now. `result` may be anything,
  // a transport failure too: only a 2xx answer costs.
  void settle(const Grant& grant, const ProbeResult& result, WallTime now);
  void release(const Grant& grant, const Target& target);  // it was cancelled before it was sent

  std::vector<BudgetView> view(WallTime now) const;  // those that have a bound; all first
  BudgetLedger ledger(WallTime now) const;
  // Changes of level since the last call, for one log line each.
  struct Change {
    std::string provider;  // empty: all
    BudgetLevel from, to;
  };
  std::vector<Change> changes();

 private:
  struct Account {
    DailyBudget budget;
    BudgetLevel when_met = BudgetLevel::models;
    Spending spent, reserved;
    Spending before;   // on day_before_
    bool met = false;  // the bound, for the rest of the day
    std::uint64_t held_back = 0;
    BudgetLevel told = BudgetLevel::full;  // by changes()

    BudgetLevel level() const { return met ? when_met : BudgetLevel::full; }
    void bind(const DailyBudget& bound);
    bool forgettable() const;
    bool lets(const Spending& worst);
    void unreserve(const Spending& reservation);
    void book(const Spending& used);
    BudgetView view(const std::string& provider) const;
  };
  // A later day begins at nothing spent. An earlier one, because the clock was set right, takes
  // over what was spent and adds what had been spent on it before: a ledger from the future neither
  // lasts until then nor is forgotten.
  void start_day(WallTime now);
  Budget as_of(WallTime now) const;

  std::chrono::sys_days day_;         // today
  std::chrono::sys_days day_before_;  // that our clock had
  Account total_;
  std::map<std::string, Account> providers_;
};

// What checks the provider without generating, if anything does: `key`, else `models`.
std::optional<Kind> free_check(const Provider& provider);

// The worst that one probe of `target` can use: its prompt at one token a byte and some overhead,
// and max_output_tokens.
Spending worst_case(const Target& target, const std::optional<ModelPrice>& price);

}  // namespace llm
