// One fake provider: checks a request as the real one does, spends its rate limit, and answers,
// unless the script has a fault for it. All calls on the server's thread.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simulator/budget.h"
#include "simulator/fake_dialect.h"
#include "simulator/scenario.h"
#include "simulator/side_endpoints.h"

namespace llm::sim {

class FakeProvider {
 public:
  // `script` must live longer.
  FakeProvider(const ProviderScript& script, std::uint64_t seed, MonoTime start);

  const std::string& name() const { return script_.name; }
  // `path` is the part below /NAME, without query.
  Reply answer(const SimRequest& request, std::string_view path, MonoTime now);
  // Replaces the script's faults; none: back to the script.
  void set_faults(std::optional<std::vector<FaultRule>> faults) { set_faults_ = std::move(faults); }
  // Likewise its status page.
  void set_status_page(std::optional<StatusPageScript> page) {
    side_.set_status_page(std::move(page));
  }

 private:
  struct Exchange {  // one request on its way to an answer
    const SimRequest& request;
    MonoTime now;
    bool metered = false;  // past the checks: answers show the rate limits
  };

  Reply answer_page(const Exchange& exchange, const Route& route, std::string_view path);
  Reply answer_chat(Exchange exchange, const Route& route);
  Reply generate(const Exchange& exchange, ChatRequest chat, const Fault* fault);
  Reply refuse(const Exchange& exchange, const ApiError& error);
  Reply refuse_as_scripted(const Exchange& exchange, const Fault& fault);
  Headers headers(const Exchange& exchange, std::optional<Nanos> processing = {},
                  const ApiError* error = nullptr) const;
  std::optional<ApiError> refuse_key(const Exchange& exchange) const;
  const Fault* pick_fault(std::string_view model, MonoTime now);

  const ProviderScript& script_;
  const FakeDialect& dialect_;
  const MonoTime start_;
  std::mt19937_64 random_;
  std::unordered_map<std::string_view, const ModelScript*> models_;
  Budget budget_;
  SideEndpoints side_;
  std::uint64_t requests_ = 0;
  std::optional<std::vector<FaultRule>> set_faults_;
};

}  // namespace llm::sim
