// What a fake provider serves beside its API: status pages, cost and usage APIs, a token endpoint,
// the Hub's model info. Tried before the dialect's own paths, without a key check of the dialect.
// All calls on the server's thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/oauth.h"
#include "simulator/scenario_side.h"
#include "simulator/server.h"

namespace llm::sim {

class SideEndpoints {
 public:
  // Both must live longer.
  SideEndpoints(const SideScript& script, const std::vector<std::string>& api_keys);

  // `path` is the part below /NAME, without query. Nothing: no side endpoint is there.
  std::optional<Reply> answer(const SimRequest& request, std::string_view path, MonoTime now) const;

  bool issues_tokens() const { return script_.oauth.has_value(); }
  // The API accepts, besides the `api_keys`, the tokens that were given out here.
  bool issued(std::string_view token, MonoTime now) const { return seal_.accepts(token, now); }

  // Replaces the script's status page; none: back to the script.
  void set_status_page(std::optional<StatusPageScript> page);

 private:
  std::optional<Reply> status_reply(const SimRequest& request, std::string_view path) const;
  const StatusPageScript* status_page() const;

  const SideScript& script_;
  const std::vector<std::string>& api_keys_;
  const TokenSeal seal_;
  std::optional<StatusPageScript> set_status_page_;
  WallTime status_since_;
};

}  // namespace llm::sim
