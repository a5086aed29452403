#include "schedule/probe_once.h"

#include <map>
#include <numeric>
#include <string_view>
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
  std::vector<std::size_t> waiting(targets.size());
  std::iota(waiting.begin(), waiting.end(), 0);
  std::map<std::string_view, std::uint32_t> running;  // by provider
  std::size_t in_flight = 0, finished = 0;

  const auto start = [&](std::size_t i) {
    const auto& target = targets[i];
    const auto known = credentials.find(target->provider->name);
    const Credentials secrets = known == credentials.end() ? Credentials{} : known->second;
    how.on_start(*target);
    ++in_flight;
    ++running[target->provider->name];
    probes[i] = std::make_unique<Probe>(target, secrets, mono_now(), wall_now(),
                                        [&, i](ProbeResult result) {
                                          results[i] = std::move(result);
                                          --running[targets[i]->provider->name];
                                          --in_flight;
                                          ++finished;
                                        });
    http.start(make_call(*target, secrets), *probes[i]);
  };
  const auto may_start = [&](std::size_t i) {
    const auto& provider = *targets[i]->provider;
    return in_flight < how.max_parallel && running[provider.name] < provider.max_concurrent;
  };

  while (finished < targets.size() && !how.interrupted()) {
    std::erase_if(waiting, [&](std::size_t i) {
      if (!may_start(i)) return false;
      start(i);
      return true;
    });
    loop.turn(kInterruptPoll);
  }
  http.cancel_all();
  for (const std::size_t i : waiting) {
    results[i].target = targets[i];
    results[i].cancelled = true;
  }
  return results;
}

}  // namespace llm
