// The fake providers in a process of their own, on the core of the servers: the one peer of every
// client that is measured.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>

#include "bench/bench_setup.h"
#include "bench/http_get.h"

namespace llm::bench {

// A fake model that streams 10 tokens evenly.
struct FakeModel {
  std::string name;
  std::chrono::milliseconds ttft, gap;
  std::chrono::milliseconds length() const { return ttft + gap * (kTokens - 1); }
  static constexpr int kTokens = 10;
};

struct ServerTls {
  std::string cert_file, key_file;
};
// run.sh has made them: self-signed, so that the certificate is its own CA.
inline ServerTls server_tls(const Setup& setup) {
  return {setup.folder + "/cert.pem", setup.folder + "/key.pem"};
}

class SimulatorProcess {
 public:
  // Serves `models` and, for configurations of many targets, `numbered` copies of the first one,
  // called m0, m1, …
  SimulatorProcess(const Setup& setup, const std::vector<FakeModel>& models, int numbered = 0,
                   const std::optional<ServerTls>& tls = std::nullopt)
      : tls_(tls.has_value()),
        port_(free_port()),
        log_(fmt::format("{}/simulator-{}.log", setup.folder, port_)),
        child_({setup.exporter, "simulate",
                "--config.file=" + setup.write(fmt::format("simulator-{}.yml", port_),
                                               scenario(port_, models, numbered, tls))},
               kServerCpu, log_) {
    wait_for_port(child_, port_, log_);
  }

  // Any address of 127/8 reaches it: `host` numbers them, so that a client sees many hosts.
  static std::string host(std::size_t number) { return fmt::format("127.0.0.{}", 1 + number % 50); }
  std::string base_url(std::size_t host_number) const {
    return fmt::format("{}://{}:{}/bench/v1", tls_ ? "https" : "http", host(host_number), port_);
  }

  // When the first token of each of the newest `requests` was handed to the kernel, in nanoseconds
  // of CLOCK_REALTIME; by request id.
  std::unordered_map<std::string, std::int64_t> first_tokens(std::size_t requests) const {
    const auto url = fmt::format("http://127.0.0.1:{}/_sim/sent?limit={}", port_, requests);
    std::unordered_map<std::string, std::int64_t> sent;
    for (const auto& request : nlohmann::json::parse(HttpGet()(url))) {
      const auto& events = request["events"];
      if (!events.empty()) sent[request["request_id"]] = events[0]["realtime_ns"];
    }
    return sent;
  }

 private:
  static std::string scenario(int port, const std::vector<FakeModel>& models, int numbered,
                              const std::optional<ServerTls>& tls) {
    auto yaml = fmt::format(
        "providers:\n"
        "  - {{name: unused, type: vllm, probes: [{{kind: models}}]}}\n"
        "simulator:\n"
        "  listen: 0.0.0.0:{}\n",
        port);
    if (tls) {
      yaml +=
          fmt::format("  tls: {{cert_file: {}, key_file: {}}}\n", tls->cert_file, tls->key_file);
    }
    yaml += "  providers:\n    - name: bench\n      dialect: openai-chat\n      models:\n";
    const auto add = [&](const std::string& name, const FakeModel& model) {
      yaml += fmt::format(
          "        - {{name: {}, ttft: {}ms, tokens_per_second: {:.3f}, output_tokens: {}}}\n",
          name, model.ttft.count(), 1000.0 / static_cast<double>(model.gap.count()),
          FakeModel::kTokens);
    };
    for (const auto& model : models) add(model.name, model);
    for (int i = 0; i < numbered; ++i) add(fmt::format("m{}", i), models.front());
    return yaml;
  }

  bool tls_;
  int port_;
  std::string log_;
  Child child_;
};

}  // namespace llm::bench
