// What is known of providers beside their probes: their own word on a status page, our account
// there, and what the day's budget looks like. Replaced whole by the probe thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "accounts/account.h"
#include "base/time.h"
#include "config/config.h"
#include "money/budget.h"
#include "status/status_page.h"

namespace llm {

// A document that is read again and again: the last one that could be read, and how it went since.
template <class Report>
struct Polled {
  Report report;
  bool readable = false;            // the latest attempt
  std::string error;                // why not
  std::optional<WallTime> read_at;  // of `report`; absent: never yet
};

struct ProviderState {
  std::shared_ptr<const Provider> provider;
  std::optional<Polled<StatusReport>> status;    // absent: not configured
  std::optional<Polled<AccountReport>> account;  // likewise
};

struct ProvidersState {
  std::vector<ProviderState> providers;  // those with something to tell
  std::vector<BudgetView> budgets;
  BudgetLedger ledger;
};

// What was read too long ago says nothing of now: three intervals and a minute.
inline bool stale(const std::optional<WallTime>& read_at, Millis interval, WallTime now) {
  return !read_at || now - *read_at > 3 * interval + std::chrono::minutes(1);
}

}  // namespace llm
