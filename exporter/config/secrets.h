// Reads secrets from where the configuration says they are. Blocking: main thread only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "config/config.h"

namespace llm {

struct AwsCredentials {
  Secret access_key_id, secret_access_key;
  Secret session_token;  // empty: a long-lived key
  bool empty() const { return access_key_id.empty(); }
  friend bool operator==(const AwsCredentials&, const AwsCredentials&) = default;
};

// What one provider's requests carry.
struct Credentials {
  Secret api_key;                       // empty when the provider has none
  AwsCredentials aws;                   // SigV4
  std::optional<WallTime> aws_expires;  // if their source says so
  Secret service_account;               // Google's JSON key, from which access tokens are made
  Secret access_token;  // made from it; put here for one request, never read from a source
  Secret admin_key;     // for the account API alone
  std::map<std::string, Secret> headers;  // by header name, those that have a source
  std::vector<Secret> proxy;              // what the environment has for proxies
  // Every non-empty one, for redact(); of a service account the lines of its private key, because
  // its other members are words of innocent messages.
  std::vector<Secret> all() const;
  friend bool operator==(const Credentials&, const Credentials&) = default;
};
using CredentialsByProvider = std::map<std::string, Credentials>;

// Limits: a secret has at most 64 KiB, a command at most 10 s. One trailing newline is dropped; a
// value with other control characters is refused (it could not travel in a header), unless it is a
// JSON document.
inline constexpr std::size_t kMaxSecretBytes = 64 << 10;

// Resolves all. Errors name the provider, the key and the source, never a value.
// `interrupt_fd` is the main thread's signalfd, or -1: once it is readable, the running command is
// killed and every other one fails at once ("interrupted by a signal"), so that a SIGTERM does not
// wait for slow commands. Nothing is read from it.
Result<CredentialsByProvider, ConfigErrors> read_secrets(const Config& config, GetEnv getenv,
                                                         int interrupt_fd = -1);

// Only what can have changed: files, and AWS credentials within kRenewBefore of their end; what
// variables and other commands gave is taken from `last`, which read_secrets() gave for the same
// configuration.
inline constexpr std::chrono::minutes kRenewBefore{5};
Result<CredentialsByProvider, ConfigErrors> reread_secrets(const Config& config,
                                                           const CredentialsByProvider& last,
                                                           GetEnv getenv, WallTime now,
                                                           int interrupt_fd = -1);

// When reread_secrets() is due because credentials end; nullopt: none of them does. At least a
// minute after `now`, so that a source that keeps giving old ones is not asked all the time.
std::optional<WallTime> next_renewal(const CredentialsByProvider& credentials, WallTime now);

// Whether a secret file has changed since `watch` saw it last (by inode, size and mtime, so that a
// Kubernetes symlink swap is seen). Cheap enough to call every few seconds.
class SecretFiles {
 public:
  explicit SecretFiles(const Config& config);
  bool changed();

 private:
  std::map<std::string, std::string> stamps_;  // path -> stamp
};

}  // namespace llm
