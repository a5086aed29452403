// Key files of service accounts, the assertions made with them, and the answers to those.
#include "auth/service_account.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

namespace llm {
namespace {

using nlohmann::json;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

std::string pem(EVP_PKEY* key, const char* passphrase = nullptr) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(bio, key, passphrase ? EVP_aes_128_cbc() : nullptr, passphrase,
                                passphrase ? static_cast<int>(std::strlen(passphrase)) : 0, nullptr,
                                nullptr);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

// Made once: keys of this size take a while.
EVP_PKEY* rsa_key() {
  static const Key key(EVP_RSA_gen(2048));
  return key.get();
}

json key_file() {
  return {{"type", "service_account"},
          {"project_id", "p"},
          {"private_key_id", "kid-1"},
          {"private_key", pem(rsa_key())},
          {"client_email", "probe@p.iam.gserviceaccount.com"},
          {"token_uri", "https://oauth2.googleapis.com/token"}};
}

std::optional<std::string> decode_base64url(std::string text) {
  if (text.find_first_of("+/=") != std::string::npos) return std::nullopt;
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  const auto padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string out(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

bool verifies(const std::string& text, const std::string& signature) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const auto bytes = [](const std::string& s) {
    return reinterpret_cast<const unsigned char*>(s.data());
  };
  const bool good =
      EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, rsa_key()) == 1 &&
      EVP_DigestVerify(context, bytes(signature), signature.size(), bytes(text), text.size()) == 1;
  EVP_MD_CTX_free(context);
  return good;
}

TEST(ServiceAccount, Reads) {
  const auto account = parse_service_account(key_file().dump());
  ASSERT_TRUE(account) << account.error();
  EXPECT_EQ(account->client_email, "probe@p.iam.gserviceaccount.com");
  EXPECT_EQ(account->private_key_id, "kid-1");
  EXPECT_EQ(account->token_uri, "https://oauth2.googleapis.com/token");
  EXPECT_EQ(account->private_key.reveal(), pem(rsa_key()));
}

TEST(ServiceAccount, SaysWhatIsWrong) {
  const Key small(EVP_RSA_gen(1024));
  const Key elliptic(EVP_EC_gen("P-256"));
  const std::string from_file = " is missing or no text; use the JSON key file as Google made it";
  const std::string no_uri = "token_uri must be an https URL (or http to loopback) without a query";
  const std::string no_key =
      "private_key is not an RSA key of 2048 bits or more in PEM without passphrase";
  const struct {
    const char* patch;
    std::string error;
  } rows[] = {
      {R"({"type":"authorized_user"})",
       "type is not service_account; make a key of a service account"},
      {R"({"type":null})", "type is not service_account; make a key of a service account"},
      {R"({"client_email":null})", "client_email" + from_file},
      {R"({"client_email":7})", "client_email" + from_file},
      {R"({"client_email":"a\nb"})", "client_email" + from_file},
      {R"({"private_key_id":null})", "private_key_id" + from_file},
      {R"({"private_key":null})", "private_key" + from_file},
      {R"({"private_key":"SECRET"})", no_key},
      {R"({"token_uri":null})", "token_uri" + from_file},
      {R"({"token_uri":"http://example.com/token"})", no_uri},
      {R"({"token_uri":"http://127.evil.example/token"})", no_uri},
      {R"({"token_uri":"https://user:pass@example.com/"})", no_uri},
      {R"({"token_uri":"https://example.com/?a=b"})", no_uri},
      {R"({"token_uri":"file:///etc/passwd"})", no_uri},
  };
  for (const auto& row : rows) {
    auto file = key_file();
    file.merge_patch(json::parse(row.patch));
    const auto account = parse_service_account(file.dump());
    ASSERT_FALSE(account) << row.patch;
    EXPECT_EQ(account.error(), "service account: " + row.error);
  }
  for (const auto& bad_key : {pem(small.get()), pem(elliptic.get()), pem(rsa_key(), "secret")}) {
    auto file = key_file();
    file["private_key"] = bad_key;
    const auto account = parse_service_account(file.dump());
    ASSERT_FALSE(account);
    EXPECT_EQ(account.error(), "service account: " + no_key);
  }
  for (const std::string& text : {std::string(), std::string("[]"), std::string("{"),
                                  "{\"type\":\"" + std::string(70'000, 'x') + "\"}"}) {
    const auto account = parse_service_account(text);
    ASSERT_FALSE(account);
    EXPECT_EQ(account.error(),
              "service account: not a JSON object; use the JSON key file as Google made it");
  }
}

TEST(ServiceAccount, LoopbackNeedsNoTls) {
  for (const char* uri :
       {"http://127.0.0.1:8080/token", "http://localhost/token", "http://[::1]:1/token"}) {
    auto file = key_file();
    file["token_uri"] = uri;
    EXPECT_TRUE(parse_service_account(file.dump())) << uri;
  }
}

TEST(Assertion, IsSignedByTheKeyAndGoodForAnHour) {
  const auto account = parse_service_account(key_file().dump());
  ASSERT_TRUE(account);
  const WallTime now{std::chrono::milliseconds{1'795'262'400'750}};
  const auto body = token_request_body(*account, now);
  ASSERT_TRUE(body) << body.error();

  const std::string start =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  ASSERT_TRUE(body->reveal().starts_with(start));
  const auto jwt = body->reveal().substr(start.size());
  const auto first = jwt.find('.'), second = jwt.rfind('.');
  ASSERT_LT(first, second);
  const auto header = decode_base64url(jwt.substr(0, first));
  const auto claims = decode_base64url(jwt.substr(first + 1, second - first - 1));
  const auto signature = decode_base64url(jwt.substr(second + 1));
  ASSERT_TRUE(header && claims && signature);

  EXPECT_EQ(json::parse(*header), (json{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "kid-1"}}));
  EXPECT_EQ(json::parse(*claims), (json{{"iss", "probe@p.iam.gserviceaccount.com"},
                                        {"scope", "https://www.googleapis.com/auth/cloud-platform"},
                                        {"aud", "https://oauth2.googleapis.com/token"},
                                        {"iat", 1'795'262'400},
                                        {"exp", 1'795'266'000}}));
  EXPECT_TRUE(verifies(jwt.substr(0, second), *signature));
  EXPECT_FALSE(verifies(jwt.substr(0, second - 1), *signature));
}

TEST(Assertion, ABadKeyIsAnError) {
  ServiceAccount account;
  account.private_key = Secret("SECRET");
  const auto body = token_request_body(account, WallTime{});
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error(), "service account: private_key cannot sign");
}

TEST(TokenAnswer, Tokens) {
  const struct {
    const char* body;
    const char* token;
    int seconds;
  } rows[] = {
      {R"({"access_token":"ya29.T","expires_in":3599,"token_type":"Bearer"})", "ya29.T", 3599},
      {R"({"access_token":"T"})", "T", 0},
      {R"({"access_token":"T","expires_in":-5})", "T", 0},
      {R"({"access_token":"T","expires_in":"soon"})", "T", 0},
      {R"({"access_token":"T","expires_in":99999999})", "T", 86'400},
  };
  for (const auto& row : rows) {
    const auto answer = read_token_answer(200, row.body);
    ASSERT_TRUE(answer) << row.body;
    EXPECT_EQ(answer->token.reveal(), row.token);
    EXPECT_EQ(answer->lifetime.count(), row.seconds) << row.body;
  }
}

TEST(TokenAnswer, Errors) {
  const struct {
    int status;
    std::string body;
    const char *code, *message;
  } rows[] = {
      {400, R"({"error":"invalid_grant","error_description":"Invalid JWT Signature."})",
       "invalid_grant", "Invalid JWT Signature."},
      {401, R"({"error":"invalid_client"})", "invalid_client", "invalid_client"},
      {200, R"({"error":"invalid_grant","error_description":"no"})", "invalid_grant", "no"},
      {503, "<html>busy</html>", "", "<html>busy</html>"},
      {500, "", "", ""},
      {403, R"({"error":{"code":403,"message":"disabled","status":"PERMISSION_DENIED"}})", "403",
       "disabled"},
      // What came with a 2xx may hold a token: nothing of it is told.
      {200, "ya29.SECRET", "", "the token endpoint's answer is not JSON"},
      {200, R"({"id_token":"SECRET"})", "", "the token endpoint's answer has no access_token"},
      {200, R"({"access_token":"SEC\nRET"})", "",
       "the token endpoint's answer has an access_token that cannot travel in a header"},
      {200, R"({"access_token":")" + std::string(20'000, 'x') + "\"}", "",
       "the token endpoint's answer has an access_token that cannot travel in a header"},
  };
  for (const auto& row : rows) {
    const auto answer = read_token_answer(row.status, row.body);
    ASSERT_FALSE(answer) << row.body;
    EXPECT_EQ(answer.error().code, row.code) << row.body;
    EXPECT_EQ(answer.error().message, row.message);
  }
}

}  // namespace
}  // namespace llm
