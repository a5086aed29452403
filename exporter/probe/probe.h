// One execution of a target: takes bytes and times, gives a ProbeResult. Knows dialects; knows
// neither sockets nor clocks.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/secrets.h"
#include "dialects/dialect.h"
#include "engine/exchange.h"
#include "engine/http_client.h"
#include "probe/result.h"

namespace llm {

class Probe final : public Exchange {
 public:
  // `done` is called exactly once, from on_end. `now` is when the probe starts.
  Probe(std::shared_ptr<const Target> target, const Credentials& credentials, MonoTime now,
        WallTime wall, std::function<void(ProbeResult)> done);
  ~Probe() override;

  void on_ready(MonoTime at) noexcept override;
  void on_status(int status) noexcept override;
  void on_header(std::string_view name, std::string_view value) noexcept override;
  bool on_body(std::string_view bytes, Arrival arrival) noexcept override;
  std::optional<MonoTime> deadline() const noexcept override;
  void on_end(const TransportReport& report) noexcept override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A call that goes the way of the provider (proxy, TLS, HTTP version); what it asks is left open.
HttpCall call_to(const Provider& provider);

// The HTTP call of a probe of `target`: the dialect's request with the provider's transport
// settings; `now` goes into signatures that have a date.
HttpCall make_call(const Target& target, const Credentials& credentials, WallTime now);

}  // namespace llm
