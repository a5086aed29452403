// Google's OAuth token endpoint for service accounts (RFC 7523, providers.md §2.5 of the project's
// notes): checks the signed assertion as Google does and gives out tokens that expire.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "simulator/scenario_side.h"
#include "simulator/side_answer.h"

namespace llm::sim {

inline constexpr std::string_view kTokenPath = "/token";

bool is_public_key(const std::string& pem);

// A token says until when it is good and is sealed with a key of this process, so that nobody need
// keep a list of them.
class TokenSeal {
 public:
  TokenSeal();
  std::string issue(MonoTime expires) const;
  bool accepts(std::string_view token, MonoTime now) const;

 private:
  std::string token_of(std::int64_t expires_ns) const;

  std::array<unsigned char, 32> key_{};
};

SideAnswer token_answer(const OAuthScript& script, const TokenSeal& seal, const SimRequest& request,
                        MonoTime now, WallTime wall);

}  // namespace llm::sim
