#include "auth/service_account.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.h"
#include "config/syntax.h"
#include "dialects/dialect.h"
#include "dialects/error_body.h"
#include "dialects/json.h"
#include "dialects/request.h"

namespace llm {

namespace {

constexpr std::size_t kMaxFileBytes = 64 << 10;
constexpr std::size_t kMaxMemberBytes = 2'048;  // of all but the key
constexpr std::size_t kMaxTokenBytes = 16 << 10;
constexpr std::chrono::seconds kMaxLifetime = std::chrono::hours(24);
constexpr int kMinKeyBits = 2'048;  // RFC 7518 §3.3

constexpr std::string_view kScope = "https://www.googleapis.com/auth/cloud-platform";
constexpr std::string_view kGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr std::chrono::seconds kAssertionLifetime = std::chrono::hours(1);  // Google takes no more

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

// OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

// nullptr: not a private RSA key of a decent size, or one with a passphrase.
Key read_key(const Secret& pem) {
  const std::unique_ptr<BIO, FreeBio> bio(
      BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.reveal().size())));
  Key key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
  ERR_clear_error();
  if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) return nullptr;
  return EVP_PKEY_bits(key.get()) < kMinKeyBits ? nullptr : std::move(key);
}

// RFC 4648 §5, without padding.
std::string base64url(std::string_view bytes) {
  auto out = base64(bytes);
  out.resize(std::min(out.find('='), out.size()));
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

std::optional<std::string> sign_rs256(EVP_PKEY* key, std::string_view text) {
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  std::string out(static_cast<std::size_t>(EVP_PKEY_size(key)), '\0');
  std::size_t size = out.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, data,
                     text.size()) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

// Empty: missing, of the wrong type, too long or with control characters.
std::string_view member(json::Value root, std::string_view name) {
  const auto text = json::text(root, name);
  return text.size() > kMaxMemberBytes || has_control(text) ? std::string_view{} : text;
}

bool is_loopback(std::string_view host) {
  const bool address = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "[::1]" || (address && host.starts_with("127."));
}

// The assertion is a credential: it travels encrypted or stays on this machine.
bool may_receive_assertions(std::string_view uri) {
  const auto url = parse_url(uri);
  if (!url || !url->userinfo.empty()) return false;
  return url->scheme == "https" || (url->scheme == "http" && is_loopback(url->host));
}

Err<std::string> bad(std::string_view member, std::string_view remedy) {
  return {"service account: " + std::string(member) + std::string(remedy)};
}

constexpr std::string_view kFromFile =
    " is missing or no text; use the JSON key file as Google made it";

}  // namespace

Result<ServiceAccount> parse_service_account(std::string_view text) {
  const auto root = text.size() > kMaxFileBytes ? std::nullopt : json::parse(text);
  if (!root || root->type() != simdjson::dom::element_type::OBJECT)
    return bad("not a JSON object", "; use the JSON key file as Google made it");
  if (json::text(*root, "type") != "service_account")
    return bad("type", " is not service_account; make a key of a service account");

  ServiceAccount out;
  out.client_email = member(*root, "client_email");
  if (out.client_email.empty()) return bad("client_email", kFromFile);
  out.private_key_id = member(*root, "private_key_id");
  if (out.private_key_id.empty()) return bad("private_key_id", kFromFile);
  out.token_uri = member(*root, "token_uri");
  if (out.token_uri.empty()) return bad("token_uri", kFromFile);
  if (!may_receive_assertions(out.token_uri))
    return bad("token_uri", " must be an https URL (or http to loopback) without a query");
  out.private_key = Secret(std::string(json::text(*root, "private_key")));
  if (out.private_key.empty()) return bad("private_key", kFromFile);
  if (!read_key(out.private_key))
    return bad("private_key", " is not an RSA key of 2048 bits or more in PEM without passphrase");
  return out;
}

Result<Secret> token_request_body(const ServiceAccount& account, WallTime now) {
  using std::chrono::seconds;
  const auto issued = std::chrono::floor<seconds>(now.time_since_epoch());
  const nlohmann::json header = {{"alg", "RS256"}, {"typ", "JWT"}, {"kid", account.private_key_id}};
  const nlohmann::json claims = {{"iss", account.client_email},
                                 {"scope", kScope},
                                 {"aud", account.token_uri},
                                 {"iat", issued.count()},
                                 {"exp", (issued + kAssertionLifetime).count()}};
  const auto text = base64url(header.dump()) + "." + base64url(claims.dump());
  const auto key = read_key(account.private_key);
  const auto signature = key ? sign_rs256(key.get(), text) : std::nullopt;
  if (!signature) return bad("private_key", " cannot sign");
  return Secret("grant_type=" + percent_encode(kGrant) + "&assertion=" + text + "." +
                base64url(*signature));
}

namespace {

// The answer has a token in it or had one, so no part of it may be told.
Err<ProviderError> no_token(std::string_view why) {
  ProviderError error;
  error.message = "the token endpoint's answer " + std::string(why);
  return {std::move(error)};
}

// {"error":"invalid_grant","error_description":…}: the word is the code (RFC 6749 §5.2).
ProviderError read_token_error(std::string_view body) {
  ProviderError error = read_error_body(body);
  const auto root = json::parse(body);
  if (root && error.code.empty()) error.code = json::scalar(*root, "error");
  return error;
}

}  // namespace

Result<AccessToken, ProviderError> read_token_answer(int status, std::string_view body) {
  if (status < 200 || status > 299) return Err<ProviderError>{read_token_error(body)};
  const auto root = json::parse(body);
  if (!root) return no_token("is not JSON");
  const auto token = json::text(*root, "access_token");
  if (token.empty() && nested_error(*root)) return Err<ProviderError>{read_token_error(body)};
  if (token.empty()) return no_token("has no access_token");
  if (token.size() > kMaxTokenBytes || has_control(token))
    return no_token("has an access_token that cannot travel in a header");
  const std::chrono::seconds lifetime(json::count(*root, "expires_in").value_or(0));
  return AccessToken{Secret(std::string(token)), std::min(lifetime, kMaxLifetime)};
}

}  // namespace llm
