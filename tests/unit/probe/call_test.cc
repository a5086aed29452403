// Whether and how the calls of type bedrock are signed. The signatures themselves: unit/auth, and
// tests/integration/sdk/sigv4.test.mjs against the AWS SDK's own.
#include <gtest/gtest.h>

#include <map>

#include "probe/probe.h"

namespace llm {
namespace {

struct Calling {
  Provider provider;
  Target target;
  Credentials credentials;

  Calling() {
    provider.type = find_provider_type("bedrock");
    provider.dialect = "bedrock-converse";
    provider.base_url = "http://127.0.0.1:1";
    provider.region = "eu-central-1";
    target.kind = Kind::stream;
    target.model = "amazon.nova-lite-v1:0";
    target.token_field = "maxTokens";
    credentials.aws = {Secret("AKID"), Secret("SECRET"), {}};
  }
  HttpCall call() {
    target.provider = std::make_shared<Provider>(provider);
    return make_call(target, credentials, WallTime{std::chrono::seconds{1'440'938'160}});
  }
  std::map<std::string, std::string> headers() {
    std::map<std::string, std::string> out;
    for (const auto& [name, value] : call().headers) {
      EXPECT_TRUE(out.emplace(name, value.reveal()).second) << name << " twice";
    }
    return out;
  }
};

constexpr std::string_view kScope = "Credential=AKID/20150830/eu-central-1/bedrock/aws4_request";

TEST(MakeCall, SignsWithAnAccessKey) {
  auto sent = Calling().headers();
  EXPECT_NE(sent["Authorization"].find(kScope), std::string::npos) << sent["Authorization"];
  EXPECT_NE(sent["Authorization"].find("SignedHeaders=content-type;host;x-amz-date,"),
            std::string::npos);
  EXPECT_EQ(sent["x-amz-date"], "20150830T123600Z");
  EXPECT_FALSE(sent.contains("x-amz-security-token"));
}

TEST(MakeCall, SignsWhatTheUserAddsForAws) {
  Calling calling;
  calling.credentials.aws.session_token = Secret("TOKEN");
  calling.provider.headers = {{"X-Amzn-Bedrock-Trace", "ENABLED", {}},
                              {"x-amz-extra", "1", {}},
                              {"Host", "vpce.example", {}},
                              {"X-Mine", "1", {}}};
  auto sent = calling.headers();
  EXPECT_NE(sent["Authorization"].find(
                "SignedHeaders=content-type;host;x-amz-date;x-amz-extra;x-amz-security-token,"),
            std::string::npos)
      << sent["Authorization"];
  EXPECT_EQ(sent["x-amz-security-token"], "TOKEN");
}

TEST(MakeCall, DoesNotSignWhatIsAuthorizedOtherwise) {
  Calling with_key;
  with_key.credentials.api_key = Secret("KEY");
  EXPECT_EQ(with_key.headers()["Authorization"], "Bearer KEY");
  EXPECT_FALSE(with_key.headers().contains("x-amz-date"));

  Calling own;
  own.provider.headers = {{"authorization", "Mine", {}}};
  EXPECT_EQ(own.headers()["authorization"], "Mine");
  EXPECT_FALSE(own.headers().contains("Authorization"));

  Calling without;
  without.credentials.aws = {};
  EXPECT_FALSE(without.headers().contains("Authorization"));

  Calling other;
  other.provider.type = find_provider_type("vllm");
  EXPECT_FALSE(other.headers().contains("Authorization"));
}

TEST(MakeCall, WhatCannotBeSignedGoesNowhere) {
  Calling calling;
  calling.provider.base_url = "no-url";
  EXPECT_EQ(calling.call().url, "");
}

}  // namespace
}  // namespace llm
