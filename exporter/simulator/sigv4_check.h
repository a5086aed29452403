// Checks a request that was signed with AWS Signature Version 4 by computing the signature again,
// from what arrived. Written after AWS's description, not after the exporter's own signer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simulator/server.h"

namespace llm::sim {

struct AwsKey {
  std::string_view id, secret, session_token;  // no secret: the signature is not checked
};

// "ID:SECRET" or "ID:SECRET:TOKEN", as `api_keys` has them.
AwsKey aws_key_of(std::string_view text);

bool is_signed(const SimRequest& request);  // Authorization: AWS4-HMAC-SHA256 …
std::string_view access_key_id(const SimRequest& request);

// Nothing: it is right. Else what is wrong, in AWS's words.
std::optional<std::string> wrong_signature(const SimRequest& request, const AwsKey& key,
                                           std::string_view service, WallTime now);

}  // namespace llm::sim
