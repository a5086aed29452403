#include "simulator/simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <unordered_map>

#include "simulator/control.h"
#include "simulator/fake_provider.h"
#include "simulator/scenario.h"
#include "simulator/server.h"

namespace llm::sim {

struct Simulator::Impl {
  explicit Impl(std::shared_ptr<const Scenario> parsed) : scenario(std::move(parsed)) {
    const auto start = mono_now();
    for (const auto& script : scenario->providers) {
      providers.try_emplace(script.name, script, scenario->seed, start);
    }
  }

  Reply handle(const SimRequest& request);
  Reply handle_control(const SimRequest& request, std::string_view path);
  FakeProvider* find(std::string_view name);

  const std::shared_ptr<const Scenario> scenario;
  std::unordered_map<std::string_view, FakeProvider> providers;
  // The first request may come before start() has put the server here.
  std::atomic<const SimServer*> records = nullptr;
  std::unique_ptr<SimServer> server;  // last: its thread uses the rest
};

FakeProvider* Simulator::Impl::find(std::string_view name) {
  const auto found = providers.find(name);
  return found == providers.end() ? nullptr : &found->second;
}

Reply Simulator::Impl::handle(const SimRequest& request) {
  const auto path = std::string_view(request.path).substr(0, request.path.find('?'));
  if (path.starts_with(kControlPrefix)) {
    return handle_control(request, path.substr(kControlPrefix.size()));
  }
  const auto slash = path.find('/', 1);
  auto* provider =
      path.empty() ? nullptr : find(path.substr(1, slash == path.npos ? slash : slash - 1));
  if (provider != nullptr && slash != path.npos) {
    return provider->answer(request, path.substr(slash), mono_now());
  }
  std::string help = "There is no such fake provider. There are:\n";
  for (const auto& script : scenario->providers) {
    help += fmt::format("  /{}  ({})\n", script.name, script.dialect);
  }
  return plain_reply(404, "text/plain; charset=utf-8", std::move(help));
}

Reply Simulator::Impl::handle_control(const SimRequest& request, std::string_view path) {
  constexpr std::string_view kProviders = "providers/";
  if (path == "sent" && request.method == "GET") {
    const auto* source = records.load();
    const auto limit = query_value(request, "limit");
    const auto count = limit.empty() ? 1'000'000 : std::strtoul(limit.c_str(), nullptr, 10);
    return source == nullptr ? plain_reply(503, "text/plain", "starting\n")
                             : plain_reply(200, "application/json",
                                           sent_json(source->seen(), source->sent(), count));
  }
  if (path.starts_with(kProviders)) {
    path.remove_prefix(kProviders.size());
    const auto slash = std::min(path.find('/'), path.size());
    const auto name = path.substr(0, slash), what = path.substr(slash);
    if (what == "/fault") return control_fault(request, find(name));
    if (what == "/status") return control_status(request, find(name));
  }
  return plain_reply(404, "text/plain", "see exporter/simulator/control.h\n");
}

Result<std::unique_ptr<Simulator>> Simulator::start(std::shared_ptr<const Scenario> scenario) {
  auto impl = std::make_unique<Impl>(std::move(scenario));
  const auto& script = *impl->scenario;
  SimServerOptions options;
  options.listen = script.listen;
  options.accept_delay = script.accept_delay;
  if (script.tls) {
    options.tls = std::make_unique<SimTls>(SimTls{.cert_file = script.tls->cert_file,
                                                  .key_file = script.tls->key_file,
                                                  .client_ca_file = script.tls->client_ca_file,
                                                  .handshake_delay = script.tls->handshake_delay});
  }
  auto server = SimServer::start(
      std::move(options), [state = impl.get()](const SimRequest& r) { return state->handle(r); });
  if (!server) return Err{server.error()};
  impl->server = std::move(*server);
  impl->records = impl->server.get();
  return std::unique_ptr<Simulator>(new Simulator(std::move(impl)));
}

Simulator::Simulator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Simulator::~Simulator() = default;

std::vector<std::string> Simulator::addresses() const {
  const auto& script = *impl_->scenario;
  auto host = script.listen.substr(0, script.listen.rfind(':'));
  if (host.empty()) host = "127.0.0.1";  // all of them, so this one too
  return {fmt::format("{}://{}:{}", script.tls ? "https" : "http", host, impl_->server->port())};
}

}  // namespace llm::sim
