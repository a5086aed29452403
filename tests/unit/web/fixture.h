// Targets and states by hand, for the page, the API and the routes.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "state/roster.h"

namespace llm::test {

inline const WallTime kNow{std::chrono::seconds(1'790'000'000)};  // 2026-09-21T14:13:20Z
inline double now_seconds() { return to_unix_seconds(kNow); }

inline Target make_target(std::string name, Kind kind = Kind::stream) {
  Provider provider;
  provider.name = "openai";
  provider.type = find_provider_type("openai");
  provider.dialect = "openai-chat";
  provider.base_url = "https://api.example.com:8443/v1";
  Target target;
  target.name = std::move(name);
  target.provider = std::make_shared<const Provider>(provider);
  target.kind = kind;
  target.model = kind == Kind::models ? "" : "gpt-4o";
  return target;
}

inline std::shared_ptr<RosterEntry> make_entry(Target target, const TargetState& state = {}) {
  auto entry = std::make_shared<RosterEntry>();
  entry->target = std::make_shared<const Target>(std::move(target));
  entry->added = kNow - std::chrono::hours(1);
  entry->state.put(state);
  return entry;
}

// An entry whose probes ended as given, all ten seconds ago.
inline std::shared_ptr<RosterEntry> probed_entry(const Target& target,
                                                 const std::vector<ProbeResult>& results) {
  TargetState state;
  History history;
  for (const auto& result : results) {
    record(state, result, kNow - std::chrono::seconds(10));
    history = remember(history, result, kNow - std::chrono::seconds(10));
  }
  auto entry = make_entry(target, state);
  entry->history.put(history);
  return entry;
}

// A good streamed probe with a TTFT, finished ten seconds ago.
inline ProbeResult good_result(const Target& target) {
  ProbeResult result;
  result.target = std::make_shared<const Target>(target);
  result.kind = target.kind;
  result.outcome = Outcome::ok;
  result.http_status = 200;
  result.duration_seconds = 1.25;
  result.phase_seconds = {0.125, 0, 0, 0.125, 0.25, 0.25, 0.5};
  result.ttft_seconds = 0.5;
  result.served_model = "gpt-4o-2024-08-06";
  result.request_id = "req_1";
  return result;
}

inline ProbeResult bad_result(const Target& target, Outcome outcome, int status,
                              std::string message) {
  ProbeResult result;
  result.target = std::make_shared<const Target>(target);
  result.kind = target.kind;
  result.outcome = outcome;
  if (status != 0) result.http_status = status;
  result.duration_seconds = 0.5;
  result.error = ProviderError{};
  result.error->message = std::move(message);
  return result;
}

inline TargetState after(std::initializer_list<ProbeResult> results) {
  TargetState state;
  for (const auto& result : results) record(state, result, kNow - std::chrono::seconds(10));
  return state;
}

}  // namespace llm::test
