// Google's access tokens: made from service accounts, cached until shortly before they expire,
// fetched beside the probes so that their time is in no measurement.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/service_account.h"
#include "base/result.h"
#include "config/secrets.h"
#include "dialects/outcome.h"
#include "engine/fetch.h"
#include "engine/http_client.h"
#include "probe/result.h"

namespace llm {

// Why there is no token: as it would be said of a probe.
struct TokenFailure {
  Outcome outcome = Outcome::internal;
  std::optional<int> http_status;
  ProviderError error;
};

// The result of a probe that never went out for want of a token.
ProbeResult failed_probe(std::shared_ptr<const Target> target, WallTime started_at,
                         const TokenFailure& failure);

class AccessTokens {
 public:
  explicit AccessTokens(HttpClient& http) : http_(http) {}

  using Callback = std::function<void(const Result<Secret, TokenFailure>&)>;
  // Calls back at once with a token that is good for a while yet, else when it has been fetched;
  // one fetch serves all who wait. A failure is not remembered: the next call tries again.
  void get(const Provider& provider, const Secret& service_account, Callback callback);

 private:
  struct Entry {
    Secret made_from;
    Secret token;
    MonoTime refresh_at{}, expires_at{};
    std::unique_ptr<Fetch> fetch;
    std::vector<Callback> waiting;
  };
  void start(const Provider& provider, const std::string& name, Entry& entry);
  void finish(const std::string& name, const Fetched& answer);
  void tell(Entry& entry, const Result<Secret, TokenFailure>& result);

  HttpClient& http_;
  std::map<std::string, Entry> entries_;  // by provider name
};

}  // namespace llm
