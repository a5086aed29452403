#include "simulator/fault.h"

#include <algorithm>

namespace llm::sim {
namespace {

using K = FaultKind;
using E = ErrorName;

constexpr std::uint32_t kErrorParameters = kStatus | kWords | kRetryAfter;

constexpr FaultName kFaults[] = {
    {"http", K::error, E::server_error, kErrorParameters},
    {"bad_request", K::error, E::bad_request, kErrorParameters},
    {"auth", K::error, E::auth, kErrorParameters},
    {"permission", K::error, E::permission, kErrorParameters},
    {"not_found", K::error, E::not_found, kErrorParameters},
    {"rate_limited", K::error, E::rate_limited, kErrorParameters},
    {"quota_exhausted", K::error, E::quota_exhausted, kErrorParameters},
    {"server_error", K::error, E::server_error, kErrorParameters},
    {"overloaded", K::error, E::overloaded, kErrorParameters},
    {"timeout", K::error, E::timeout, kErrorParameters},
    {"error_as_200", K::error_as_200, E::server_error, kError | kWords},
    {"error_in_stream", K::error_in_stream, E::server_error, kError | kWords | kAfterTokens},
    {"no_first_token", K::no_first_token},
    {"stall", K::stall, {}, kAfterTokens},
    {"truncate", K::truncate, {}, kAfterTokens | kCut},
    {"reset", K::reset, {}, kAfterTokens},
    {"hang_up_before_answer", K::hang_up_before_answer},
    {"endless_stream", K::endless_stream},
    {"slow_first_token", K::slow_first_token, {}, kTtft},
    {"slow_tokens", K::slow_tokens, {}, kTokensPerSecond},
    {"role_only", K::role_only},
    {"reasoning_only", K::reasoning_only},
    {"wrong_content", K::wrong_content, {}, kText},
    {"empty_body", K::empty_body},
    {"garbage", K::garbage, {}, kContent},
    {"endless_line", K::endless_line},
    {"gzip_bomb", K::gzip_bomb},
    {"huge_headers", K::huge_headers, {}, kMegabytes},
    {"redirect", K::redirect, {}, kLocation},
    {"redirect_loop", K::redirect_loop},
};

constexpr ErrorNameRow kErrors[] = {
    {"bad_request", E::bad_request},   {"auth", E::auth},
    {"permission", E::permission},     {"not_found", E::not_found},
    {"rate_limited", E::rate_limited}, {"quota_exhausted", E::quota_exhausted},
    {"server_error", E::server_error}, {"overloaded", E::overloaded},
    {"timeout", E::timeout},
};

bool contains(const auto& list, const auto& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

std::span<const FaultName> fault_names() { return kFaults; }
std::span<const ErrorNameRow> error_names() { return kErrors; }

ErrorName error_of_status(int status) {
  switch (status) {
    case 401:
      return E::auth;
    case 402:
      return E::quota_exhausted;
    case 403:
      return E::permission;
    case 404:
      return E::not_found;
    case 429:
      return E::rate_limited;
    case 408:
    case 504:
      return E::timeout;
    case 503:
    case 529:
      return E::overloaded;
    default:
      return status < 500 ? E::bad_request : E::server_error;
  }
}

bool applies(const When& when, const Occasion& occasion) {
  if (!when.models.empty() && !contains(when.models, occasion.model)) return false;
  if (!when.requests.empty() && !contains(when.requests, occasion.request)) return false;
  if (occasion.request % when.every != 0) return false;
  const auto time = when.period ? occasion.since_start % *when.period : occasion.since_start;
  if (time < when.from || (when.to && time >= *when.to)) return false;
  return occasion.dice < when.probability;
}

}  // namespace llm::sim
