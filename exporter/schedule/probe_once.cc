#include "schedule/probe_once.h"

#include <utility>

#include "engine/http_client.h"
#include "engine/loop.h"
#include "probe/probe.h"

namespace llm {

namespace {
constexpr std::chrono::milliseconds kInterruptPoll{100};
}

std::vector<ProbeResult> probe_once(const std::vector<std::shared_ptr<const Target>>& targets,
                                    const CredentialsByProvider& credentials,
                                    const ProbeOnce& how) {
  Loop loop;
  HttpClient http(loop, HttpClientOptions{.shards = 1, .user_agent = how.user_agent});
  std::vector<ProbeResult> results(targets.size());
  std::vector<std::unique_ptr<Probe>> probes(targets.size());
  std::size_t started = 0, finished = 0;

  const auto start_next = [&] {
    const auto i = started++;
    const auto& target = targets[i];
    const auto known = credentials.find(target->provider->name);
    const Credentials secrets = known == credentials.end() ? Credentials{} : known->second;
    how.on_start(*target);
    probes[i] = std::make_unique<Probe>(target, secrets, mono_now(), wall_now(),
                                        [&results, &finished, i](ProbeResult result) {
                                          results[i] = std::move(result);
                                          ++finished;
                                        });
    http.start(make_call(*target, secrets), *probes[i]);
  };

  while (finished < targets.size() && !how.interrupted()) {
    while (started < targets.size() && started - finished < how.max_parallel) start_next();
    loop.turn(kInterruptPoll);
  }
  http.cancel_all();
  for (std::size_t i = started; i < targets.size(); ++i) {
    results[i].target = targets[i];
    results[i].cancelled = true;
  }
  return results;
}

}  // namespace llm
