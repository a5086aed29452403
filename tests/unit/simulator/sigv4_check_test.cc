#include "simulator/sigv4_check.h"

#include <gtest/gtest.h>

namespace llm::sim {
namespace {

constexpr std::string_view kKey = "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const WallTime kThen = std::chrono::system_clock::from_time_t(1440938160);  // 2015-08-30 12:36 UTC

SimRequest signed_request(std::string method, std::string path, std::string_view signature) {
  SimRequest request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.headers = {{"host", "example.amazonaws.com"},
                     {"x-amz-date", "20150830T123600Z"},
                     {"authorization",
                      "AWS4-HMAC-SHA256 "
                      "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                      "SignedHeaders=host;x-amz-date, Signature=" +
                          std::string(signature)}};
  return request;
}

// From AWS's published test suite: get-vanilla, post-vanilla, get-vanilla-query-order-key-case.
TEST(SigV4Check, AcceptsAwssOwnVectors) {
  const struct {
    std::string method, path;
    std::string_view signature;
  } rows[] = {
      {"GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"GET", "/?Param2=value2&Param1=value1",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
  };
  for (const auto& row : rows) {
    const auto request = signed_request(row.method, row.path, row.signature);
    EXPECT_TRUE(is_signed(request));
    EXPECT_EQ(access_key_id(request), "AKIDEXAMPLE");
    EXPECT_EQ(wrong_signature(request, aws_key_of(kKey), "service", kThen), std::nullopt)
        << row.method << row.path;
  }
}

TEST(SigV4Check, RefusesWhatIsWrong) {
  constexpr std::string_view kRight =
      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
  const auto right = signed_request("GET", "/", kRight);
  auto other_body = right;
  other_body.body = "x";
  auto token = right;
  token.headers.emplace_back("x-amz-security-token", "t");
  auto nonsense = right;
  nonsense.headers[2].second = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE";
  const struct {
    SimRequest request;
    std::string_view key, service;
    WallTime now;
    std::string_view says;
  } rows[] = {
      {signed_request("POST", "/", kRight), kKey, "service", kThen, "does not match"},
      {signed_request("GET", "/a%3A0", kRight), kKey, "service", kThen, "does not match"},
      {other_body, kKey, "service", kThen, "does not match"},
      {right, "AKIDEXAMPLE:other", "service", kThen, "does not match"},
      {right, kKey, "bedrock", kThen, "correct service: 'bedrock'"},
      {right, kKey, "service", kThen + std::chrono::minutes(6), "expired"},
      {token, kKey, "service", kThen, "security token"},
      {nonsense, kKey, "service", kThen, "Credential"},
  };
  for (const auto& row : rows) {
    const auto wrong = wrong_signature(row.request, aws_key_of(row.key), row.service, row.now);
    ASSERT_TRUE(wrong.has_value()) << row.says;
    EXPECT_NE(wrong->find(row.says), std::string::npos) << *wrong;
  }
}

}  // namespace
}  // namespace llm::sim
