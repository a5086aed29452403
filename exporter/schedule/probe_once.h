// Probes targets once, now, outside any schedule: the engine of `llm_exporter probe`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/secrets.h"
#include "money/prices.h"
#include "probe/result.h"

namespace llm {

struct ProbeOnce {
  std::size_t max_parallel = 16;  // in all; a provider's own max_concurrent holds as well
  std::string user_agent = "llm_exporter";
  std::shared_ptr<const PriceTable> prices = nullptr;  // null: only what providers say themselves
  // Whose canaries, or other providers, tell whether we lost a probe; null: nobody is asked.
  std::shared_ptr<const Config> config = nullptr;
  std::function<void(const Target&)> on_start = [](const Target&) {};
  std::function<bool()> interrupted = [] { return false; };  // asked ten times a second
};

// Results in the order of `targets`, whatever order they finished in. An interrupted run returns
// what was finished; the rest is marked cancelled.
std::vector<ProbeResult> probe_once(const std::vector<std::shared_ptr<const Target>>& targets,
                                    const CredentialsByProvider& credentials,
                                    const ProbeOnce& how = {});

}  // namespace llm
