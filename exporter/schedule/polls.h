// Reads status pages and accounts on slow timers beside the probes. Probe thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/secrets.h"
#include "engine/http_client.h"
#include "engine/loop.h"
#include "schedule/schedule.h"
#include "state/provider_state.h"

namespace llm {

class Polls {
 public:
  // `on_change` after each document that was read, or could not be.
  Polls(Loop& loop, HttpClient& http, std::function<void()> on_change);
  ~Polls();

  // Equal providers keep what was read and their timers. Accounts are read by one shard each.
  void apply(const Config& config, const Shard& shard, CredentialsByProvider credentials);
  void set_credentials(CredentialsByProvider credentials);
  std::vector<ProviderState> states() const;  // in file order

 private:
  class StatusPoll;
  class AccountPoll;
  struct Entry;
  struct Context {
    Loop& loop;
    HttpClient& http;
    std::function<void()> on_change;
    CredentialsByProvider credentials;
  };

  Context context_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace llm
