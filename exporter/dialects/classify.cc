// The class table: design §3 in the order of providers.md §1.5.
#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "dialects/outcome.h"

namespace llm {

namespace {

// A rule hits on the status, on a whole code (or type, or reason), or on a piece of the message.
struct Rule {
  Outcome outcome;
  int statuses[5];  // unused places are 0 and empty
  std::string_view codes[14];
  std::string_view phrases[7];
};

// The first that hits decides. Phrases only where a provider gives no code to go by.
constexpr Rule kRules[] = {
    // "exceeded your current quota" is no phrase: OpenAI means money by it, Gemini a minute's
    // limit.
    {Outcome::quota_exhausted,
     {402, 412},
     {"insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
      "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_error",
      "budget_exceeded", "enforced_spend_limit_reached", "contract_spend_limit_reached",
      "payment_required"},
     {"insufficient balance", "used all available credits or reached its monthly spending limit",
      "doesn't have any credits", "credit balance is too low", "requires more credits",
      "API calls / month", "reached your specified"}},
    {Outcome::rate_limited, {}, {"ThrottlingException"}, {}},
    {Outcome::overloaded, {}, {"ServiceUnavailableException"}, {}},
    {Outcome::not_ready,
     {},
     {"ModelNotReadyException", "DEPLOYMENT_SCALING_UP"},
     {"loading model", "is currently loading", "DEPLOYMENT_SCALING_UP"}},
    // Hugging Face's Hub answers 401 for a model that is not there.
    {Outcome::not_found, {}, {"RepoNotFound", "RevisionNotFound", "EntryNotFound"}, {}},
    {Outcome::permission, {}, {"GatedRepo"}, {}},
    {Outcome::auth,
     {401},
     {"invalid_api_key", "authentication_error", "wrong_api_key", "API_KEY_INVALID",
      "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException",
      "MissingAuthenticationTokenException", "IncompleteSignatureException", "UNAUTHENTICATED",
      "authentication", "invalid_grant", "invalid_client", "unauthenticated:no-credentials"},
     {"incorrect API key provided", "make sure your API key is valid",
      // Gemini, 403 as for a right that is missing.
      "unregistered callers", "missing a valid API key"}},
    {Outcome::blocked, {446}, {"content_filter", "ResponsibleAIPolicyViolation"}, {}},
    {Outcome::not_found,
     {404, 410},
     {"model_not_found", "invalid_model", "DeploymentNotFound", "not_found_error"},
     {"model identifier is invalid"}},
    // Before 429: some say "no capacity" under it.
    {Outcome::overloaded,
     {},
     {"overloaded", "overloaded_error", "server_is_overloaded", "engine_overloaded_error",
      "provider_overloaded", "queue_exceeded", "MODEL_CAPACITY_EXHAUSTED"},
     {"model is overloaded", "currently overloaded", "service tier capacity exceeded",
      "no deployments available", "maximum pending requests exceeded"}},
    {Outcome::rate_limited,
     {429},
     {"rate_limit_exceeded", "rate_limit_error", "rate_limited", "too_many_requests_error",
      "request_quota_exceeded", "token_quota_exceeded", "RESOURCE_EXHAUSTED"},
     {}},
    // TGI's health check: what does not answer is the model, and load is no part of it.
    {Outcome::server_error, {}, {"healthcheck"}, {}},
    {Outcome::overloaded,
     {498, 503, 529},
     {"slow_down", "UNAVAILABLE"},
     {"service is currently unavailable"}},
    {Outcome::bad_request, {400, 413, 422, 499, 501}, {}, {}},
    {Outcome::permission, {403}, {}, {}},
    {Outcome::timeout, {408, 504, 522, 524}, {}, {}},
    {Outcome::server_error, {424}, {}, {}},
};

// Where no status speaks, inside a 200, the code alone has to. Weak words: DeepSeek sends
// invalid_request_error with every status.
constexpr Rule kLastRules[] = {
    {Outcome::permission,
     {},
     {"permission_error", "permission_denied", "AccessDeniedException"},
     {}},
    {Outcome::timeout,
     {},
     {"timeout_error", "timeout", "DEADLINE_EXCEEDED", "ModelTimeoutException"},
     {}},
    {Outcome::not_found, {}, {"NOT_FOUND", "ResourceNotFoundException"}, {}},
    {Outcome::bad_request,
     {},
     {"invalid_request_error", "request_too_large", "context_length_exceeded",
      "max_tokens_exceeded", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "ValidationException"},
     {}},
    {Outcome::server_error,
     {},
     {"upstream_error", "provider_unavailable", "server", "InternalFailure",
      "InternalServerException", "ModelErrorException", "ModelStreamErrorException"},
     {}},
};

bool hits(const Rule& rule, int status, const ProviderError& error) {
  const auto is_code = [&](std::string_view code) {
    return !code.empty() &&
           (iequals(error.code, code) || iequals(error.type, code) || iequals(error.reason, code));
  };
  // xAI puts sentences into `code`.
  const auto is_said = [&](std::string_view phrase) {
    return !phrase.empty() && (icontains(error.message, phrase) || icontains(error.code, phrase));
  };
  const bool by_status = status != 0 && std::ranges::count(rule.statuses, status) != 0;
  return by_status || std::ranges::any_of(rule.codes, is_code) ||
         std::ranges::any_of(rule.phrases, is_said);
}

// Several providers repeat the status as the error's code; inside a 200 it is all we have.
int status_in(const ProviderError& error) {
  int status = 0;
  const auto end = error.code.data() + error.code.size();
  const auto [stop, bad] = std::from_chars(error.code.data(), end, status);
  return bad == std::errc{} && stop == end && status >= 400 && status <= 599 ? status : 0;
}

std::optional<Outcome> by_rules(int status, const ProviderError& error) {
  for (const auto& rule : kRules) {
    if (hits(rule, status, error)) return rule.outcome;
  }
  return std::nullopt;
}

Outcome refused_answer(int status, const ProviderError& error) {
  if (const auto outcome = by_rules(status, error)) return *outcome;
  return status >= 500 ? Outcome::server_error : Outcome::bad_request;
}

// An error inside a 2xx answer.
Outcome broken_answer(const ProviderError& error, bool event_stream) {
  int status = status_in(error);
  // A stream that ends with a plain "500" is a stream that broke, and has a class of its own.
  const bool plain = status == 500 || status == 502 || status == 520 || status == 424;
  if (plain && !event_stream) return refused_answer(status, error);
  if (plain) status = 0;
  if (const auto outcome = by_rules(status, error)) return *outcome;
  for (const auto& rule : kLastRules) {
    if (hits(rule, 0, error)) return rule.outcome;
  }
  // Google's status. In small letters, as xAI's code, it says no more than that the stream broke.
  if (error.type == "INTERNAL") return Outcome::server_error;
  return Outcome::stream_error;
}

// The answer never began or never ended.
std::optional<Outcome> by_transport(const Facts& facts) {
  switch (facts.ended) {
    case Ended::dns:
      return Outcome::dns;
    case Ended::connect:
      return Outcome::connect;
    case Ended::tls:
      return Outcome::tls;
    case Ended::internal:
    case Ended::cancelled:
      return Outcome::internal;
    case Ended::limit:
      // Of an answer that refused, the status has said enough.
      if (facts.http_status >= 300) return std::nullopt;
      return Outcome::invalid_response;
    default:
      return std::nullopt;
  }
}

// Our deadline passed on an answer that had not finished.
std::optional<Outcome> by_deadline(const Facts& facts) {
  switch (facts.ended) {
    case Ended::first_token_deadline:
      return Outcome::no_first_token;
    case Ended::idle_deadline:
      return Outcome::stalled;
    case Ended::total_deadline: {
      // An answer without tokens has begun to speak with its first byte.
      const bool spoke = facts.any_token || (facts.http_status != 0 && !facts.event_stream);
      return spoke ? Outcome::too_slow : Outcome::no_first_token;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

Outcome classify(const Facts& facts) {
  if (const auto outcome = by_transport(facts)) return *outcome;

  const ProviderError silent;
  const auto& error = facts.error ? *facts.error : silent;
  const bool redirect = facts.http_status >= 300 && facts.http_status < 400;
  if (redirect) return Outcome::not_found;  // the endpoint has moved: worth seeing, not following
  const bool answered = facts.http_status >= 200 && facts.http_status < 300;
  if (facts.http_status >= 300) return refused_answer(facts.http_status, error);
  if (facts.error && answered) return broken_answer(error, facts.event_stream);

  if (facts.refused) return Outcome::blocked;
  if (facts.parse_failed) return Outcome::invalid_response;
  if (!facts.finished) {
    if (const auto outcome = by_deadline(facts)) return *outcome;
    return Outcome::truncated;
  }
  if (!facts.expected) return Outcome::content_mismatch;
  return facts.visible_text || !facts.generates ? Outcome::ok : Outcome::ok_empty;
}

}  // namespace llm
