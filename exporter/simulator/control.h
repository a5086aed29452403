// The simulator's own endpoint under /_sim/, for tests, benchmarks and people who rehearse an
// outage:
//   GET    /_sim/sent?limit=N            a JSON array of the newest N requests, one a line, oldest
//                                        first: {"request_id","provider","path","read_ns",
//                                        "events":[{"event","realtime_ns"}]}; event n is token n
//   PUT    /_sim/providers/NAME/fault    the body, a fault rule or a list of them in YAML or JSON,
//                                        replaces the script's faults
//   PUT    /_sim/providers/NAME/status   the body, a `status_page` as in the script,
//                                        replaces the script's
//   DELETE either                        back to the script
#pragma once

#include <string>
#include <vector>

#include "simulator/fake_provider.h"
#include "simulator/server.h"

namespace llm::sim {

inline constexpr std::string_view kControlPrefix = "/_sim/";

std::string sent_json(const std::vector<SeenRequest>& seen, const std::vector<SentEvent>& sent,
                      std::size_t limit);

// `provider` null: there is none of the name in the path.
Reply control_fault(const SimRequest& request, FakeProvider* provider);
Reply control_status(const SimRequest& request, FakeProvider* provider);

}  // namespace llm::sim
