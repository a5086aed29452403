// The token endpoint: what it demands of an assertion, and how long its tokens are good.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "simulator/oauth.h"

namespace llm::sim {
namespace {

using nlohmann::json;

const WallTime kNow = WallTime(std::chrono::seconds(1795262400));
constexpr std::int64_t kNowSeconds = 1795262400;

EVP_PKEY* key_pair() {
  static EVP_PKEY* const key = EVP_RSA_gen(2048);
  return key;
}

std::string public_pem() {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(memory, key_pair());
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(memory);
  return pem;
}

std::string base64url(std::string_view bytes) {
  std::string out(bytes.size() / 3 * 4 + 5, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                    reinterpret_cast<const unsigned char*>(bytes.data()),
                                    static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  while (out.ends_with('=')) out.pop_back();
  for (auto& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

std::string assertion(const json& header, const json& claims) {
  const auto text = base64url(header.dump()) + "." + base64url(claims.dump());
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_pair());
  std::string signature(512, '\0');
  std::size_t size = signature.size();
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EVP_MD_CTX_free(context);
  signature.resize(size);
  return text + "." + base64url(signature);
}

const json kHeader{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "1"}};
const json kClaims{{"iss", "sim@sim.example"},
                   {"scope", "https://www.googleapis.com/auth/cloud-platform"},
                   {"aud", "http://127.0.0.1:9878/vertex/token"},
                   {"iat", kNowSeconds},
                   {"exp", kNowSeconds + 3600}};

json with(json object, const char* member, const json& value) {
  object[member] = value;
  return object;
}

OAuthScript script() {
  OAuthScript out;
  out.client_email = "sim@sim.example";
  out.public_key = public_pem();
  out.expires_in = std::chrono::seconds(20);
  return out;
}

constexpr std::string_view kGrant =
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";

SideAnswer ask(const TokenSeal& seal, const std::string& body,
               const OAuthScript& oauth = script()) {
  SimRequest request;
  request.method = "POST";
  request.path = "/vertex/token";
  request.body = body;
  return token_answer(oauth, seal, request, MonoTime(std::chrono::seconds(100)), kNow);
}

TEST(SideOauth, GivesOutTokensThatExpire) {
  const TokenSeal seal, other;
  const auto answer = ask(seal, std::string(kGrant) + assertion(kHeader, kClaims));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto body = json::parse(answer.body);
  EXPECT_EQ(body["expires_in"], 20);
  EXPECT_EQ(body["token_type"], "Bearer");
  const std::string token = body["access_token"];
  const auto at = [](int seconds) { return MonoTime(std::chrono::seconds(seconds)); };
  EXPECT_TRUE(seal.accepts(token, at(100)));
  EXPECT_TRUE(seal.accepts(token, at(119)));
  EXPECT_FALSE(seal.accepts(token, at(120)));
  EXPECT_FALSE(seal.accepts(token + "0", at(100)));
  EXPECT_FALSE(seal.accepts("ya29.sim-999999999999999-0", at(100)));
  EXPECT_FALSE(seal.accepts("", at(100)));
  EXPECT_FALSE(other.accepts(token, at(100)));

  const auto google = with(kClaims, "aud", "https://oauth2.googleapis.com/token");
  EXPECT_EQ(ask(seal, std::string(kGrant) + assertion(kHeader, google)).status, 200);
}

TEST(SideOauth, RefusesWhatGoogleRefuses) {
  struct Row {
    const char* what;
    std::string body;
    std::string_view error, description;
  };
  const std::string grant(kGrant);
  const auto claim = [&](const char* member, const json& value) {
    return grant + assertion(kHeader, with(kClaims, member, value));
  };
  auto forged = assertion(kHeader, kClaims);
  forged.replace(forged.rfind('.') + 1, 4,
                 forged.substr(forged.rfind('.') + 1, 4) == "AAAA" ? "BBBB" : "AAAA");
  const Row rows[] = {
      {"no form", "", "unsupported_grant_type", "grant_type"},
      {"another grant", "grant_type=password", "unsupported_grant_type", "password"},
      {"no assertion", grant, "invalid_grant", "cannot be read"},
      {"no JWT", grant + "a.b", "invalid_grant", "cannot be read"},
      {"no JSON", grant + "YQ.YQ.YQ", "invalid_grant", "cannot be read"},
      {"other algorithm", grant + assertion(with(kHeader, "alg", "HS256"), kClaims),
       "invalid_grant", "RS256"},
      {"stranger", claim("iss", "else@sim.example"), "invalid_grant", "account not found"},
      {"no scope", claim("scope", ""), "invalid_grant", "scope"},
      {"elsewhere", claim("aud", "https://oauth2.googleapis.com/tokens"), "invalid_grant", "aud"},
      {"too long", claim("exp", kNowSeconds + 3601), "invalid_grant", "short-lived"},
      {"expired", claim("exp", kNowSeconds), "invalid_grant", "short-lived"},
      {"text for a time", claim("iat", "now"), "invalid_grant", "short-lived"},
      {"from the future", claim("iat", kNowSeconds + 301), "invalid_grant", "short-lived"},
      {"forged", grant + forged, "invalid_grant", "Invalid JWT Signature."},
  };
  const TokenSeal seal;
  for (const auto& row : rows) {
    const auto answer = ask(seal, row.body);
    EXPECT_EQ(answer.status, 400) << row.what;
    const auto body = json::parse(answer.body);
    EXPECT_EQ(body.value("error", ""), row.error) << row.what;
    EXPECT_NE(body.value("error_description", "").find(row.description), std::string::npos)
        << row.what << answer.body;
  }
  auto refusing = script();
  refusing.error = "invalid_grant";
  EXPECT_EQ(ask(seal, grant + assertion(kHeader, kClaims), refusing).status, 400);
}

TEST(SideOauth, KnowsAPublicKey) {
  EXPECT_TRUE(is_public_key(public_pem()));
  EXPECT_FALSE(is_public_key("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
  EXPECT_FALSE(is_public_key("sim"));
}

}  // namespace
}  // namespace llm::sim
