// Reads secrets from where the configuration says they are. Blocking: main thread only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/secret.h"
#include "config/config.h"

namespace llm {

// What one provider's requests carry.
struct Credentials {
  Secret api_key;                         // empty when the provider has none
  std::map<std::string, Secret> headers;  // by header name, those that have a source
  std::vector<Secret> all() const;        // every non-empty one, for redact()
  friend bool operator==(const Credentials&, const Credentials&) = default;
};
using CredentialsByProvider = std::map<std::string, Credentials>;

// Limits: a secret has at most 64 KiB, a command at most 10 s. One trailing newline is dropped; a
// value with other control characters is refused (it could not travel in a header).
inline constexpr std::size_t kMaxSecretBytes = 64 << 10;

// Resolves all. Errors name the provider, the key and the source, never a value.
// `interrupt_fd` is the main thread's signalfd, or -1: once it is readable, the running command is
// killed and every other one fails at once ("interrupted by a signal"), so that a SIGTERM does not
// wait for slow commands. Nothing is read from it.
Result<CredentialsByProvider, ConfigErrors> read_secrets(const Config& config, GetEnv getenv,
                                                         int interrupt_fd = -1);

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
