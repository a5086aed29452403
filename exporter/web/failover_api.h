// /api/v1/failover and /api/v1/targets/NAME/health: for load balancers, clients and scripts that
// ask where to send traffic. Drawn from what was published; nothing here starts a probe.
#pragma once

#include "base/time.h"
#include "state/failover.h"
#include "state/roster.h"
#include "web/server.h"

namespace llm {

// All groups: JSON, or with ?format=text a line each, "GROUP TARGET".
WebResponse failover_groups(const FailoverState& state, const WebRequest& request);

// The group request.parameter: JSON, or with ?format=text the name of the recommended target alone.
// One that is configured but not evaluated here (see FailoverGroups) is told apart from one that
// does not exist; both are 404.
WebResponse failover_group(const FailoverState& state, const std::vector<FailoverGroup>& configured,
                           const WebRequest& request);

// The target request.parameter: 200, or 503 while it is not to be used, with the reason as JSON.
WebResponse target_health(const Roster& roster, bool vantage_down, WallTime now,
                          const WebRequest& request);

}  // namespace llm
