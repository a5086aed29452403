// The probe thread: takes the configuration, starts probes when the schedule says so, records each
// result into the target's slot. Sole owner of everything that runs.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/published.h"
#include "config/config.h"
#include "config/secrets.h"
#include "engine/loop.h"
#include "money/budget.h"
#include "money/prices.h"
#include "probe/result.h"
#include "schedule/schedule.h"
#include "state/exporter_state.h"
#include "state/failover.h"
#include "state/provider_state.h"
#include "state/roster.h"
#include "state/vantage.h"

namespace llm {

class Prober {
 public:
  struct Options {
    Shard shard;
    std::string user_agent = "llm_exporter";
    // Called on the probe thread after each counted probe was recorded.
    std::function<void(const ProbeResult&)> on_result = [](const ProbeResult&) {};
    BudgetLedger ledger{};  // what was spent today before this process started
  };
  // What a reload replaces.
  struct Plan {
    std::shared_ptr<const Config> config;
    CredentialsByProvider credentials;
    std::shared_ptr<const PriceTable> prices;  // null: no table
  };
  // Starts with `plan`: the roster is there before the thread runs.
  Prober(Options options, Plan plan);
  ~Prober();
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  // Any other thread, around run(); returns when done, or after 5 s. Takes effect on the probe
  // thread, atomically between two turns of its loop: equal targets keep entry, phase and running
  // probe; removed ones are cancelled and vanish from the roster; changed and new ones start
  // afresh.
  void apply(Plan plan);
  // Any thread. New values of the same sources: used from the next probe on.
  void set_credentials(CredentialsByProvider credentials);
  void set_prices(std::shared_ptr<const PriceTable> prices);  // likewise

  void run();   // the probe thread's body, until stop()
  void stop();  // any thread: cancels running probes (not counted) and ends run()

  // Any thread.
  std::shared_ptr<const Roster> roster() const;
  ExporterState state() const;
  std::shared_ptr<const ProvidersState> providers() const;  // never null
  std::shared_ptr<const FailoverState> failover() const;    // never null
  std::shared_ptr<const VantageState> vantage() const;      // never null

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace llm
