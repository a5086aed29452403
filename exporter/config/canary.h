// What tells our own outage from a provider's: neutral addresses of the user's choice that are
// checked on a timer, and at once when a probe fails in transport. None is contacted unless
// configured.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/target.h"

namespace llm {

struct CanaryCheck {
  enum class Kind : std::uint8_t {
    dns,    // a name resolves
    tcp,    // a port accepts a connection
    https,  // a server answers, whatever it says; its certificate verifies
  };
  std::string name;  // unique; label `canary`
  Kind kind = Kind::dns;
  std::string address;  // host name; "host:port"; URL
  friend bool operator==(const CanaryCheck&, const CanaryCheck&) = default;
};
inline constexpr std::array<std::string_view, 3> kCanaryKinds{"dns", "tcp", "https"};
constexpr std::string_view to_string(CanaryCheck::Kind kind) {
  return kCanaryKinds[static_cast<std::size_t>(kind)];
}

struct Canary {
  Millis interval{30'000};  // between two checks of one address
  Millis timeout{5'000};    // of one check, from start to answer
  std::string proxy_url;    // of kind `https`; as a provider's
  Tls tls;                  // likewise; always verifies
  std::vector<CanaryCheck> checks;
  friend bool operator==(const Canary&, const Canary&) = default;
};

// Failures are judged by all checks together, so a handful says it all.
inline constexpr std::size_t kMaxCanaryChecks = 16;

}  // namespace llm
