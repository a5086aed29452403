// The parsed script of the fake providers. config/demo.yml shows and explains the YAML:
//
//   listen: 127.0.0.1:9878      # port 0: any free one
//   seed: 1                     # of jitter and probabilities
//   accept_delay: 0s            # a slow accept
//   tls: {cert_file, key_file, client_ca_file, handshake_delay}   # omitted: plain HTTP
//   providers:                  # each is served under /NAME
//     - name: openai
//       dialect: openai-chat    # see dialect_names()
//       flavour: openai         # see flavours()
//       api_keys: [sk-demo]     # omitted: any key
//       models: [{name, served, drift_every, ttft, jitter, tokens_per_second, output_tokens, text,
//                 reasoning, reasoning_tokens, reasoning_text}]
//       rate_limit: {requests: {limit, window}, tokens: {…}, input_tokens: {…}, output_tokens: {…}}
//       faults: [{fault: NAME, its parameters, models, probability, requests, every, from, to,
//                 period}]
//       status_page, account, oauth, hub    # see simulator/scenario_side.h
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/fault.h"
#include "simulator/rate_limit.h"
#include "simulator/scenario_side.h"
#include "simulator/server.h"
#include "simulator/simulator.h"

namespace llm::sim {

inline constexpr std::size_t kMaxScenarioBytes = 4 << 20;  // as the configuration it is part of
inline constexpr std::size_t kMaxProviders = 1'000;
inline constexpr std::size_t kMaxModels = 20'000;
inline constexpr std::size_t kMaxFaults = 1'000;
inline constexpr std::uint64_t kMaxOutputTokens = 10'000;
inline constexpr std::size_t kMaxTextBytes = 64 << 10;

struct ModelScript {
  std::string name;
  std::vector<std::string>
      served;  // what `model` in answers says: one after the other, in a circle
  Nanos drift_every = std::chrono::minutes(5);
  Nanos ttft = std::chrono::milliseconds(300);
  double jitter = 0.1;  // every delay is drawn evenly from ±10%
  double tokens_per_second = 80;
  std::string text = "pong";           // a token is a word; repeated to fill output_tokens
  std::uint32_t output_tokens = 0;     // visible ones; 0: as many as `text` has words
  bool reasoning = false;              // refuses max_tokens, as OpenAI's reasoning models do
  std::uint32_t reasoning_tokens = 0;  // generated before the text
  std::string reasoning_text;          // what they say; empty: they take time, but are not shown
};

// Limits that are not given are not enforced; their headers are not sent.
struct RateLimitScript {
  std::optional<BucketSize> requests, tokens, input_tokens, output_tokens;
};

struct ProviderScript {
  std::string name;
  std::string dialect;
  std::string flavour = "openai";     // of openai-chat
  std::vector<std::string> api_keys;  // empty: any key
  std::vector<ModelScript> models;
  RateLimitScript rate_limit;
  std::vector<FaultRule> faults;  // the first that applies happens
  SideScript side;
};

struct TlsScript {
  std::string cert_file, key_file, client_ca_file;  // relative to the working directory
  Nanos handshake_delay{0};
};

struct Scenario {
  std::string listen = "127.0.0.1:9878";
  std::uint64_t seed = 1;
  Nanos accept_delay{0};
  std::optional<TlsScript> tls;
  std::vector<ProviderScript> providers;
};

// One fault rule or a list of them, as the control endpoint takes them (YAML or JSON).
Result<std::vector<FaultRule>, std::vector<SimError>> parse_faults(std::string_view yaml);

// A provider's `status_page`, likewise.
Result<StatusPageScript, std::vector<SimError>> parse_status_page(std::string_view yaml);

}  // namespace llm::sim
