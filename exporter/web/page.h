// The page at `/`, whole on the server: one screen for people who have no Grafana open. Nothing to
// load; links are relative, so that a route prefix or a proxy in front changes nothing. Without
// script it is a page as of now, with script it renews itself.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "state/failover.h"
#include "state/provider_state.h"
#include "state/roster.h"
#include "state/vantage.h"

namespace llm {

struct PageContext {
  std::string version, revision, vantage, external_url;  // each but the first may be empty
};

// What was published, by whoever knows it.
struct PageInput {
  const Roster& roster;
  const ProvidersState& providers;
  const FailoverState& failover;
  const VantageState& vantage;
};

std::string status_page(const PageInput& input, const PageContext& context, WallTime now);

// The Content-Security-Policy under which the page shows: its one style and its one script, by
// hash, its icon, and itself to fetch.
std::string_view page_policy();

}  // namespace llm
