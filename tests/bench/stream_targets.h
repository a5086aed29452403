// What the stream benchmarks probe: the same targets for us and, as bytes, for the peers.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/simulator_process.h"
#include "bench/stream_client.h"
#include "config/secrets.h"
#include "config/target.h"
#include "probe/probe.h"

namespace llm::bench {

inline Credentials fake_credentials() {
  return {.api_key = Secret("sk-0123456789abcdef0123456789abcdef"), .headers = {}};
}

inline std::vector<std::shared_ptr<const Target>> stream_targets(const SimulatorProcess& simulator,
                                                                 const FakeModel& model,
                                                                 std::size_t count,
                                                                 Connection connection,
                                                                 const std::string& ca_file = {}) {
  std::vector<std::shared_ptr<const Target>> targets;
  for (std::size_t i = 0; i < count; ++i) {
    auto provider = std::make_shared<Provider>();
    provider->name = "bench";
    provider->type = find_provider_type("vllm");
    provider->dialect = provider->type->dialect;
    provider->base_url = simulator.base_url(i);
    provider->tls.ca_file = ca_file;
    auto target = std::make_shared<Target>();
    target->name = fmt::format("bench/{}", i);
    target->provider = std::move(provider);
    target->model = model.name;
    target->prompt = "Reply with the single word pong.";
    target->token_field = target->provider->type->token_field;
    target->connection = connection;
    targets.push_back(std::move(target));
  }
  return targets;
}

// The bytes of our own requests.
inline std::vector<BareRequest> bare_requests(
    const std::vector<std::shared_ptr<const Target>>& targets) {
  std::vector<BareRequest> requests;
  for (const auto& target : targets) {
    const auto call = make_call(*target, fake_credentials(), WallTime{});
    const auto host = call.url.find("://") + 3;
    const auto colon = call.url.find(':', host);
    const auto path = call.url.find('/', colon);
    BareRequest request;
    request.host = call.url.substr(host, colon - host);
    request.port = std::stoi(call.url.substr(colon + 1, path - colon - 1));
    request.path = call.url.substr(path);
    for (const auto& [name, value] : call.headers) {
      request.headers.push_back(name + ": " + value.reveal());
    }
    request.body = call.body;
    request.ca_file = call.ca_file;
    requests.push_back(std::move(request));
  }
  return requests;
}

}  // namespace llm::bench
