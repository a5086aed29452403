#include "schedule/access_tokens.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace llm {

namespace {

// A token is renewed this long before it expires, or half-way through a short life.
constexpr std::chrono::seconds kRenewTokenBefore{300};
constexpr std::size_t kMaxMessage = 512;

// The classes that a probe's own transport would get.
Outcome outcome_of(TransportEnd end) {
  switch (end) {
    case TransportEnd::dns_failed:
    case TransportEnd::connect_deadline_dns:
      return Outcome::dns;
    case TransportEnd::connect_failed:
    case TransportEnd::connect_deadline_connect:
      return Outcome::connect;
    case TransportEnd::tls_failed:
    case TransportEnd::connect_deadline_tls:
      return Outcome::tls;
    case TransportEnd::deadline:
      return Outcome::timeout;
    case TransportEnd::cut:
      return Outcome::truncated;
    case TransportEnd::limit:
      return Outcome::invalid_response;
    default:
      return Outcome::internal;
  }
}

TokenFailure failure(Outcome outcome, std::string message) {
  TokenFailure failed;
  failed.outcome = outcome;
  failed.error.message = "access token: " + std::move(message);
  return failed;
}

TokenFailure refused(int status, ProviderError error, const Secret& account) {
  TokenFailure failed;
  failed.http_status = status;
  failed.outcome = status >= 200 && status < 300
                       ? Outcome::invalid_response
                       : classify({.http_status = status, .error = &error});
  const std::array secrets{account};
  error.message = "access token: " + clean_text(redact(error.message, secrets), kMaxMessage);
  error.type = clean_text(redact(error.type, secrets), kMaxMessage);
  error.code = clean_text(redact(error.code, secrets), kMaxMessage);
  failed.error = std::move(error);
  return failed;
}

HttpCall token_call(const Provider& provider, const std::string& url, const Secret& body) {
  HttpCall call;
  call.method = "POST";
  call.url = url;
  call.headers = {{"Content-Type", Secret("application/x-www-form-urlencoded")},
                  {"Accept", Secret("application/json")}};
  call.body = body.reveal();
  call.proxy_url = provider.proxy_url;
  call.ca_file = provider.tls.ca_file;
  return call;
}

}  // namespace

ProbeResult failed_probe(std::shared_ptr<const Target> target, WallTime started_at,
                         const TokenFailure& failure) {
  ProbeResult result;
  result.kind = target->kind;
  result.target = std::move(target);
  result.started_at = started_at;
  result.outcome = failure.outcome;
  result.http_status = failure.http_status;
  result.error = failure.error;
  return result;
}

void AccessTokens::get(const Provider& provider, const Secret& service_account, Callback callback) {
  Entry& entry = entries_[provider.name];
  if (entry.made_from != service_account) {  // rotated, or new
    auto waiting = std::move(entry.waiting);
    entry = {};
    entry.made_from = service_account;
    entry.waiting = std::move(waiting);
  }
  const auto now = mono_now();
  const bool good = !entry.token.empty() && now < entry.expires_at;
  if (!good) entry.waiting.push_back(std::move(callback));
  if (now >= entry.refresh_at && !entry.fetch) start(provider, provider.name, entry);
  if (good) callback(Result<Secret, TokenFailure>(entry.token));
}

void AccessTokens::start(const Provider& provider, const std::string& name, Entry& entry) {
  const auto account = parse_service_account(entry.made_from.reveal());
  if (!account) return tell(entry, Err{failure(Outcome::auth, account.error())});
  const auto body = token_request_body(*account, wall_now());
  if (!body) return tell(entry, Err{failure(Outcome::auth, body.error())});
  entry.fetch =
      std::make_unique<Fetch>(http_, token_call(provider, account->token_uri, *body), FetchLimits{},
                              [this, name](const Fetched& answer) { finish(name, answer); });
}

void AccessTokens::finish(const std::string& name, const Fetched& answer) {
  Entry& entry = entries_.at(name);
  entry.fetch.reset();
  if (answer.end == TransportEnd::cancelled) return;
  if (answer.end != TransportEnd::complete)
    return tell(entry, Err{failure(outcome_of(answer.end), answer.detail)});
  auto token = read_token_answer(answer.status, answer.body);
  if (!token) return tell(entry, Err{refused(answer.status, token.error(), entry.made_from)});
  const auto now = mono_now();
  entry.token = token->token;
  entry.expires_at = now + token->lifetime;
  entry.refresh_at = entry.expires_at - std::min<Nanos>(kRenewTokenBefore, token->lifetime / 2);
  tell(entry, entry.token);
}

void AccessTokens::tell(Entry& entry, const Result<Secret, TokenFailure>& result) {
  for (const auto& callback : std::exchange(entry.waiting, {})) callback(result);
}

}  // namespace llm
