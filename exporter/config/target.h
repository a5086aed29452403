// What is probed: a provider (one account at one API) and targets (one thing probed on one
// schedule). Plain immutable values made by the configuration loader and shared read-only by all
// threads; equality is what a reload compares.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/provider_types.h"

namespace re2 {
class RE2;
}

namespace llm {

using Millis = std::chrono::milliseconds;

enum class Kind : std::uint8_t {
  models,      // the list of models: cheap, free
  completion,  // a tiny answer in one piece
  stream,      // a streamed answer: what a user feels
  speed,       // a longer streamed answer
  key,         // the cheapest request that proves the key; generates nothing
  served,      // whether anyone serves the model now (Hugging Face Hub); generates nothing
};
inline constexpr std::size_t kKindCount = 6;
constexpr std::string_view to_string(Kind kind) {
  constexpr std::string_view names[kKindCount] = {"models", "completion", "stream",
                                                  "speed",  "key",        "served"};
  return names[static_cast<std::size_t>(kind)];
}
// Whether a model is asked to generate; the others cost nothing.
constexpr bool generates(Kind kind) {
  return kind == Kind::completion || kind == Kind::stream || kind == Kind::speed;
}
// Whether the answer of this kind is a stream of tokens.
constexpr bool streams(Kind kind) { return kind == Kind::stream || kind == Kind::speed; }

// Where a secret comes from; never the secret itself.
struct SecretSource {
  enum class From : std::uint8_t { env, file, command };
  From from = From::env;
  std::string name;                  // variable, or absolute path
  std::vector<std::string> command;  // argv, for `command`
  int line = 0, column = 0;          // where the file says so; no part of the identity
  friend bool operator==(const SecretSource& a, const SecretSource& b) {
    return a.from == b.from && a.name == b.name && a.command == b.command;
  }
};

struct Header {
  std::string name;
  std::string value;  // plain, if there is no source
  std::optional<SecretSource> secret;
  friend bool operator==(const Header&, const Header&) = default;
};

struct Tls {
  // Absolute paths of PEM files, or empty. Without key_file, cert_file holds the key too.
  std::string ca_file, cert_file, key_file;
  std::string server_name;  // overrides the name that is sent and verified
  bool insecure_skip_verify = false;
  friend bool operator==(const Tls&, const Tls&) = default;
};

enum class HttpVersion : std::uint8_t { http1, http2 };
enum class Connection : std::uint8_t { cold, reuse };

// Deadlines of one probe, each with a class of its own (design §4).
struct Timeouts {
  Millis connect{5'000};       // name resolution, TCP and TLS together
  Millis first_token{20'000};  // from request sent to first token
  Millis idle{10'000};         // between two reads after the first token
  Millis total{60'000};        // the whole probe
  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

// Spending that must not be passed within one UTC day; absent: no bound.
struct DailyBudget {
  std::optional<double> usd;            // > 0
  std::optional<std::uint64_t> tokens;  // > 0, input and output together
  bool any() const { return usd || tokens; }
  friend bool operator==(const DailyBudget&, const DailyBudget&) = default;
};

// Prices that the user knows better than the table: US dollars per million tokens, as price lists
// have them. An absent one is looked up in the table.
struct PriceOverride {
  std::optional<double> input, output, cached_input;  // >= 0
  std::optional<std::uint64_t> context_window_tokens;
  bool any() const { return input || output || cached_input || context_window_tokens; }
  friend bool operator==(const PriceOverride&, const PriceOverride&) = default;
};

// Where the secrets of SigV4 come from: three of their own, or one that holds the JSON which
// `credential_process` programs print ({"Version":1,"AccessKeyId":…,"SecretAccessKey":…,
// "SessionToken":…}).
struct AwsSources {
  std::optional<SecretSource> access_key_id, secret_access_key, session_token, credentials;
  bool any() const { return access_key_id || credentials; }
  friend bool operator==(const AwsSources&, const AwsSources&) = default;
};

// The provider's own status page, read on a slow timer.
struct StatusPage {
  StatusSystem system = StatusSystem::none;  // none: not read
  std::string url;
  std::vector<std::string> components;  // names, ids or patterns with *; empty: all
  Millis interval{180'000};
  friend bool operator==(const StatusPage&, const StatusPage&) = default;
};

// What the provider says of our account, read on a slow timer.
struct Account {
  AccountApi api = AccountApi::none;      // none: not read
  std::string url;                        // base of its API; may differ from base_url
  std::optional<SecretSource> admin_key;  // else the provider's api_key is used
  Millis interval{900'000};
  friend bool operator==(const Account&, const Account&) = default;
};

struct Provider {
  std::string name;
  const ProviderType* type = nullptr;  // a row of the table of types; never null once loaded
  std::string dialect;
  std::string base_url;     // without trailing slash
  std::string catalog_url;  // for kinds `models` and `served`; empty: base_url
  std::string models_path;  // appended to it by kind `models`
  std::string region;       // AWS region, or Google Cloud location; may be empty
  std::string project;      // Google Cloud project; empty with an express key
  std::string api_version;  // Azure's classic paths; empty: v1
  std::optional<SecretSource> api_key;
  AwsSources aws;
  std::optional<SecretSource> service_account;  // Google's JSON key file
  std::vector<Header> headers;
  std::string extra_body;  // JSON object as text, or empty
  std::string proxy_url;   // empty: none; "env": http_proxy and friends
  Tls tls;
  HttpVersion http_version = HttpVersion::http1;
  std::map<std::string, std::string> labels;  // go to llm_probe_target_info alone
  std::uint32_t max_concurrent = 8;           // probes of this provider in flight at once
  DailyBudget budget;
  StatusPage status_page;
  Account account;
  friend bool operator==(const Provider&, const Provider&) = default;
};

// When a target that fails for long is probed more cheaply (state/breaker.h).
struct BreakerSettings {
  Millis after{300'000};           // opens after failing for so long,
  std::uint32_t failures = 5;      // and so often, in a row
  Millis max_interval{1'800'000};  // longest time between two full probes while open
  std::uint32_t successes = 3;     // good full probes in a row that close it
  friend bool operator==(const BreakerSettings&, const BreakerSettings&) = default;
};

// `expect:` of a probe, compiled (RE2 syntax, unanchored search).
struct Expect {
  std::string pattern;
  std::shared_ptr<const re2::RE2> regex;
  friend bool operator==(const Expect& a, const Expect& b) { return a.pattern == b.pattern; }
};

struct Target {
  std::string name;                          // unique, stable: "openai/gpt-4o-mini"; label `target`
  std::shared_ptr<const Provider> provider;  // never null
  Kind kind = Kind::stream;
  std::string model;  // empty for kinds `models` and `key`
  std::string prompt;
  std::uint32_t max_output_tokens = 16;
  std::string token_field;  // body member that carries max_output_tokens
  std::optional<std::string> reasoning_effort;
  std::optional<Expect> expect;
  Millis interval{60'000};
  Timeouts timeout;
  Connection connection = Connection::cold;
  double ttft_threshold_seconds = 3.0;
  std::optional<double> throughput_threshold;  // tokens per second, lower bound of the median
  PriceOverride price;
  bool confirm = true;  // one extra probe soon after the first failure
  std::optional<BreakerSettings> breaker = BreakerSettings{};  // absent: never opens

  // Same meaning: a reload keeps counters, windows and phase of an equal target.
  friend bool operator==(const Target& a, const Target& b) {
    return a.name == b.name && *a.provider == *b.provider && a.kind == b.kind &&
           a.model == b.model && a.prompt == b.prompt &&
           a.max_output_tokens == b.max_output_tokens && a.token_field == b.token_field &&
           a.reasoning_effort == b.reasoning_effort && a.expect == b.expect &&
           a.interval == b.interval && a.timeout == b.timeout && a.connection == b.connection &&
           a.ttft_threshold_seconds == b.ttft_threshold_seconds &&
           a.throughput_threshold == b.throughput_threshold && a.price == b.price &&
           a.confirm == b.confirm && a.breaker == b.breaker;
  }
};

}  // namespace llm
