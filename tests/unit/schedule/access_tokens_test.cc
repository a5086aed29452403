// Access tokens against a fake token endpoint: cached, shared, renewed in time, and never a reason
// to blame the wrong one.
#include "schedule/access_tokens.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>

#include "simulator/server.h"

namespace llm {
namespace {

constexpr std::chrono::milliseconds kTurn{50};
constexpr std::chrono::seconds kPatience{60};  // only a broken program waits so long

// A fresh RSA key as PEM.
std::string private_key() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

class AccessTokensTest : public testing::Test {
 protected:
  AccessTokensTest() { provider_.name = "vertex"; }
  // The n-th request is answered with token "t<n>", or with what `answer_` says.
  void serve(int lifetime_seconds, int status = 200, std::string body = {}) {
    auto started = sim::SimServer::start({}, [=, this](const sim::SimRequest& request) {
      const int n = ++asked_;
      EXPECT_EQ(request.method, "POST");
      const auto text = body.empty() ? fmt::format(R"({{"access_token":"t{}","expires_in":{},
                                              "token_type":"Bearer"}})",
                                                   n, lifetime_seconds)
                                     : body;
      return sim::plain_reply(status, "application/json", text);
    });
    ASSERT_TRUE(started) << started.error();
    server_ = std::move(*started);
  }
  Secret account(const std::string& email = "probe@p.test") {
    static const std::string pem = private_key();
    return Secret(nlohmann::json({{"type", "service_account"},
                                  {"client_email", email},
                                  {"private_key_id", "k1"},
                                  {"private_key", pem},
                                  {"token_uri", fmt::format("http://127.0.0.1:{}/token", port())}})
                      .dump());
  }
  int port() const { return server_->port(); }

  // What get() tells, waiting for it.
  Result<Secret, TokenFailure> get(const Secret& account) {
    std::optional<Result<Secret, TokenFailure>> told;
    tokens_.get(provider_, account, [&](const Result<Secret, TokenFailure>& t) { told = t; });
    const auto give_up = mono_now() + kPatience;
    while (!told && mono_now() < give_up) loop_.turn(kTurn);
    EXPECT_TRUE(told);
    return *told;
  }

  std::atomic<int> asked_{0};
  std::unique_ptr<sim::SimServer> server_;
  Provider provider_;
  Loop loop_;
  HttpClient http_{loop_, {.shards = 1}};
  AccessTokens tokens_{http_};
};

TEST_F(AccessTokensTest, OneFetchServesAllAndIsCached) {
  serve(3600);
  const auto secret = account();
  int told = 0;
  for (int i = 0; i < 3; ++i) {
    tokens_.get(provider_, secret, [&](const Result<Secret, TokenFailure>& token) {
      ASSERT_TRUE(token) << token.error().error.message;
      EXPECT_EQ(token->reveal(), "t1");
      ++told;
    });
  }
  const auto give_up = mono_now() + kPatience;
  while (told < 3 && mono_now() < give_up) loop_.turn(kTurn);
  EXPECT_EQ(told, 3);
  const auto again = get(secret);
  EXPECT_EQ(again->reveal(), "t1");
  EXPECT_EQ(asked_, 1);
}

TEST_F(AccessTokensTest, ARotatedKeyMakesANewToken) {
  serve(3600);
  EXPECT_EQ(get(account())->reveal(), "t1");
  EXPECT_EQ(get(account("other@p.test"))->reveal(), "t2");
}

// An endpoint that gives tokens of no life at all: each use fetches anew, none is ever stale.
TEST_F(AccessTokensTest, AnExpiredTokenIsNotUsed) {
  serve(0);
  const auto secret = account();
  EXPECT_EQ(get(secret)->reveal(), "t1");
  EXPECT_EQ(get(secret)->reveal(), "t2");
}

TEST_F(AccessTokensTest, ARefusalIsTheAccountsFaultAndKeepsItsCode) {
  serve(0, 400, R"({"error":"invalid_grant","error_description":"Invalid JWT Signature."})");
  const auto told = get(account());
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().outcome, Outcome::auth);
  EXPECT_EQ(told.error().http_status, 400);
  EXPECT_EQ(told.error().error.code, "invalid_grant");
  EXPECT_NE(told.error().error.message.find("access token"), std::string::npos);
  EXPECT_FALSE(get(account()));
  EXPECT_EQ(asked_, 2) << "a failure is not remembered";
}

TEST_F(AccessTokensTest, ABrokenEndpointIsTheProviders) {
  serve(0, 503, "<html>busy</html>");
  EXPECT_EQ(get(account()).error().outcome, Outcome::overloaded);
}

TEST_F(AccessTokensTest, NothingListensThere) {
  serve(3600);
  const auto secret = account();
  server_.reset();
  EXPECT_EQ(get(secret).error().outcome, Outcome::connect);
}

TEST_F(AccessTokensTest, AKeyFileThatIsNoneSaysSoWithoutRepeatingIt) {
  serve(3600);
  const auto told = get(Secret(R"({"private_key":"SECRET-MATERIAL"})"));
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().outcome, Outcome::auth);
  EXPECT_EQ(told.error().error.message.find("SECRET"), std::string::npos);
  EXPECT_EQ(asked_, 0);
}

}  // namespace
}  // namespace llm
