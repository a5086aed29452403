#include "simulator/oauth.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <stdexcept>

namespace llm::sim {
namespace {

constexpr std::string_view kGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
// Google's own libraries write this whatever way their requests were sent.
constexpr std::string_view kGoogle = "https://oauth2.googleapis.com/token";
constexpr std::string_view kTokenPrefix = "ya29.sim-";
constexpr double kMaxLifetimeSeconds = 3600, kClockSkewSeconds = 300;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using PublicKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

PublicKey read_public_key(const std::string& pem) {
  const std::unique_ptr<BIO, Freed<BIO_free_all>> source(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return PublicKey(PEM_read_bio_PUBKEY(source.get(), nullptr, nullptr, nullptr));
}

std::optional<std::string> base64url_decoded(std::string_view text) {
  std::string standard(text);
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  const auto padding = (4 - standard.size() % 4) % 4;
  standard.append(padding, '=');
  std::string out(standard.size() / 4 * 3, '\0');
  const auto size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                    reinterpret_cast<const unsigned char*>(standard.data()),
                                    static_cast<int>(standard.size()));
  if (padding == 3 || size < 0) return std::nullopt;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

struct Assertion {
  nlohmann::json header, claims;
  std::string signature;
  std::string_view signed_part;
};

std::optional<Assertion> parse_assertion(std::string_view text) {
  const auto first = text.find('.'), second = text.find('.', first + 1);
  if (first == text.npos || second == text.npos) return std::nullopt;
  const auto header = base64url_decoded(text.substr(0, first));
  const auto claims = base64url_decoded(text.substr(first + 1, second - first - 1));
  auto signature = base64url_decoded(text.substr(second + 1));
  if (!header || !claims || !signature) return std::nullopt;
  Assertion out{.header = nlohmann::json::parse(*header, nullptr, false),
                .claims = nlohmann::json::parse(*claims, nullptr, false),
                .signature = std::move(*signature),
                .signed_part = text.substr(0, second)};
  if (!out.header.is_object() || !out.claims.is_object()) return std::nullopt;
  return out;
}

std::string text_of(const nlohmann::json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

double number_of(const nlohmann::json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_number() ? found->get<double>() : NAN;
}

bool is_signed_by(const Assertion& assertion, const std::string& pem) {
  const auto key = read_public_key(pem);
  const std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  return key && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(),
                          reinterpret_cast<const unsigned char*>(assertion.signature.data()),
                          assertion.signature.size(),
                          reinterpret_cast<const unsigned char*>(assertion.signed_part.data()),
                          assertion.signed_part.size()) == 1;
}

// Good for an hour at most, and now. Negated, so that a missing number is wrong.
bool is_timely(const nlohmann::json& claims, double now) {
  const auto from = number_of(claims, "iat"), to = number_of(claims, "exp");
  return from <= now + kClockSkewSeconds && to > now && to <= from + kMaxLifetimeSeconds;
}

// What is wrong with it, in Google's words where they are known; empty: nothing.
std::string_view objection(const OAuthScript& script, const Assertion& assertion,
                           std::string_view token_path, double now) {
  const auto& claims = assertion.claims;
  if (text_of(assertion.header, "alg") != "RS256") return "Invalid JWT: alg must be RS256.";
  if (!script.client_email.empty() && text_of(claims, "iss") != script.client_email) {
    return "Invalid grant: account not found";
  }
  if (text_of(claims, "iss").empty()) return "Invalid JWT: iss is missing.";
  if (text_of(claims, "scope").empty()) return "Invalid JWT: scope is missing.";
  const auto audience = text_of(claims, "aud");
  if (!audience.ends_with(token_path) && audience != kGoogle) {
    return "Invalid JWT: aud is not this token endpoint.";
  }
  if (!is_timely(claims, now)) {
    return "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
           "timeframe. Check your iat and exp values in the JWT claim.";
  }
  if (!script.public_key.empty() && !is_signed_by(assertion, script.public_key)) {
    return "Invalid JWT Signature.";
  }
  return "";
}

SideAnswer refusal(std::string_view error, std::string_view description) {
  auto answer = json_answer(400, {{"error", error}, {"error_description", description}});
  answer.content_type = "application/json; charset=UTF-8";
  return answer;
}

}  // namespace

bool is_public_key(const std::string& pem) { return read_public_key(pem) != nullptr; }

TokenSeal::TokenSeal() {
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) {
    throw std::runtime_error("there are no random numbers");
  }
}

std::string TokenSeal::token_of(std::int64_t expires_ns) const {
  const auto until = std::to_string(expires_ns);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(until.data()), until.size(), digest, &size);
  std::string out = fmt::format("{}{}-", kTokenPrefix, until);
  for (unsigned int i = 0; i < size; ++i)
    fmt::format_to(std::back_inserter(out), "{:02x}", digest[i]);
  return out;
}

std::string TokenSeal::issue(MonoTime expires) const {
  return token_of(Nanos(expires.time_since_epoch()).count());
}

bool TokenSeal::accepts(std::string_view token, MonoTime now) const {
  if (!token.starts_with(kTokenPrefix)) return false;
  const auto until = token.substr(kTokenPrefix.size());
  std::int64_t expires_ns = 0;
  if (std::from_chars(until.data(), until.data() + until.size(), expires_ns).ec != std::errc()) {
    return false;
  }
  return token == token_of(expires_ns) && Nanos(now.time_since_epoch()).count() < expires_ns;
}

SideAnswer token_answer(const OAuthScript& script, const TokenSeal& seal, const SimRequest& request,
                        MonoTime now, WallTime wall) {
  if (!script.error.empty()) return refusal(script.error, "As the script says.");
  const auto grant = form_value(request.body, "grant_type").value_or("");
  if (grant != kGrant) {
    return refusal("unsupported_grant_type", fmt::format("Invalid grant_type: {}", grant));
  }
  const auto text = form_value(request.body, "assertion").value_or("");
  const auto assertion = parse_assertion(text);
  if (!assertion) return refusal("invalid_grant", "Invalid JWT: it cannot be read.");
  const auto wrong = objection(script, *assertion, request.path, to_unix_seconds(wall));
  if (!wrong.empty()) return refusal("invalid_grant", wrong);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(script.expires_in);
  auto answer = json_answer(200,
                            {{"access_token", seal.issue(now + script.expires_in)},
                             {"expires_in", seconds.count()},
                             {"token_type", "Bearer"}},
                            {{"Cache-Control", "private"}});
  answer.content_type = "application/json; charset=UTF-8";
  return answer;
}

}  // namespace llm::sim
