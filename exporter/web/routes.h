// What each endpoint answers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/published.h"
#include "config/config.h"
#include "metrics/self.h"
#include "state/exporter_state.h"
#include "state/failover.h"
#include "state/provider_state.h"
#include "state/roster.h"
#include "state/vantage.h"
#include "web/server.h"

namespace llm {

struct WebContext {
  std::function<std::shared_ptr<const Roster>()> roster;
  std::function<ExporterState()> exporter_state;
  std::function<std::shared_ptr<const ProvidersState>()> providers;
  std::function<std::shared_ptr<const FailoverState>()> failover;
  std::function<std::shared_ptr<const VantageState>()> vantage;
  const SelfMetrics* self = nullptr;
  std::function<std::shared_ptr<const Config>()> config;  // the running one
  std::function<bool()> ready;                            // false while starting and stopping
  // Reloads and waits for the verdict: empty on success, else the errors as text.
  std::function<std::string()> reload;
  std::string version, revision;
  std::string external_url;  // for links on the page; may be empty
};

std::vector<Route> make_routes(WebContext context);

}  // namespace llm
