// What AWS's `credential_process` programs print ("Sourcing credentials with an external process"
// of the AWS SDK's reference).
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "config/secrets.h"

namespace llm {

struct ExpiringAwsCredentials {
  AwsCredentials keys;
  std::optional<WallTime> expires;
};

// Errors say which member is missing or wrong, never its value.
Result<ExpiringAwsCredentials> parse_aws_credentials(std::string_view json);

// ISO 8601 as AWS writes it: "2026-11-21T10:00:00Z", "2026-11-21T10:00:00.123+00:00".
std::optional<WallTime> parse_instant(std::string_view text);

}  // namespace llm
