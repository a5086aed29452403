// Google's service accounts: a key file becomes a signed assertion (RFC 7523), the assertion an
// access token (providers.md §2.5). Pure: who fetches is schedule/access_tokens.h.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "dialects/outcome.h"

namespace llm {

struct ServiceAccount {
  std::string client_email, private_key_id;
  std::string token_uri;  // https, or http to loopback
  Secret private_key;     // PEM, RSA
};
// Errors say which member is missing or wrong, never its value.
Result<ServiceAccount> parse_service_account(std::string_view json);

// The form body of the token request, with an assertion that is good for an hour from `now`.
Result<Secret> token_request_body(const ServiceAccount& account, WallTime now);

struct AccessToken {
  Secret token;
  std::chrono::seconds lifetime{0};  // from the answer
};
// The answer of the token endpoint; an error keeps the provider's code ("invalid_grant").
Result<AccessToken, ProviderError> read_token_answer(int status, std::string_view body);

}  // namespace llm
