#include <gtest/gtest.h>

#include "dialects/dialect.h"

namespace llm {
namespace {

struct Case {
  const char* body;
  const char* type;
  const char* code;
  const char* message;
  const char* reason = "";
  const char* param = "";
};

TEST(ErrorBody, IsReadInEveryShape) {
  const Case cases[] = {
      {R"({"error":{"message":"m","type":"t","param":"p","code":"c"}})", "t", "c", "m", "", "p"},
      {R"({"error":{"message":"m","type":null,"code":429}})", "", "429", "m"},
      {R"({"error":{"message":"m","type":"None","code":"429"}})", "", "429", "m"},
      {R"({"error":"text"})", "", "", "text"},
      {R"({"error":"text","error_type":"validation"})", "validation", "", "text"},
      {R"({"code":"c","error":"text"})", "", "c", "text"},
      {R"({"error":"invalid_grant","error_description":"Invalid JWT"})", "", "invalid_grant",
       "Invalid JWT"},
      {R"({"error":"Not a word","message":"m"})", "", "", "m"},
      {R"({"__type":"com.amazonaws.x#ValidationException","message":"m"})", "ValidationException",
       "", "m"},
      {R"({"error":{"message":"m","type":"t","code":""},"status_code":500})", "t", "500", "m"},
      {R"({"error":{"message":"m","http_status_code":424}})", "", "424", "m"},
      {R"({"error":{"message":"litellm.X: OpenAIException - bad key","code":"401"}})", "", "401",
       "litellm.X: OpenAIException - bad key", "OpenAIException"},
      {R"({"object":"error","message":"m","type":"t","code":"1300"})", "t", "1300", "m"},
      {R"({"object":"error","code":7})", "", "7", ""},
      {R"({"message":"m","type":"t","param":"quota","code":"c"})", "t", "c", "m", "", "quota"},
      {R"({"detail":"Unauthorized"})", "", "", "Unauthorized"},
      {R"({"detail":[{"loc":["body"],"msg":"field required","type":"x"}]})", "", "",
       "field required"},
      {R"({"detail":["first","second"]})", "", "", "first"},
      {R"({"message":"m"})", "", "", "m"},
      {R"({"Message":"m"})", "", "", "m"},
      {R"({"status":"failure","message":"m"})", "failure", "", "m"},
      {R"({"type":"error","error":{"type":"t","message":"m"},"request_id":"r"})", "t", "", "m"},
      {R"({"error":{"type":"t","message":"m","details":{"error_code":"e"}}})", "t", "e", "m", "e"},
      {R"({"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT",)"
       R"("details":[{"@type":"x"},{"reason":"API_KEY_INVALID"}]}})",
       "INVALID_ARGUMENT", "400", "m", "API_KEY_INVALID"},
      {R"({"error":{"code":400,"message":"m","metadata":{"error_type":"model_not_found"}}})", "",
       "400", "m", "model_not_found"},
      {R"({"error":{"code":"content_filter","message":"m","innererror":{"code":"R"}}})", "",
       "content_filter", "m", "R"},
      {"\n\n {\"error\":\"text\"} \n", "", "", "text"},
      {"<html>Bad Gateway</html>", "", "", "<html>Bad Gateway</html>"},
      {"  rate limit exceeded\n", "", "", "rate limit exceeded"},
      {R"({"error":{"message":"cut off)", "", "", R"({"error":{"message":"cut off)"},
      {R"({"unknown":1})", "", "", R"({"unknown":1})"},
      {R"({"error":null})", "", "", R"({"error":null})"},
      {R"({"error":true})", "", "", R"({"error":true})"},
      {R"([{"error":{"message":"m","status":"INVALID_ARGUMENT","code":400}}])", "INVALID_ARGUMENT",
       "400", "m"},
      {"[]", "", "", "[]"},
      {"17", "", "", "17"},
      {"", "", "", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.body);
    const auto error = read_error_body(c.body);
    EXPECT_EQ(error.type, c.type);
    EXPECT_EQ(error.code, c.code);
    EXPECT_EQ(error.message, c.message);
    EXPECT_EQ(error.reason, c.reason);
    EXPECT_EQ(error.param, c.param);
    EXPECT_FALSE(error.retry_after_seconds);
  }
}

TEST(ErrorBody, RepeatsTheRequestsId) {
  EXPECT_EQ(read_error_request_id(R"({"error":{"type":"t"},"request_id":"req_1"})"), "req_1");
  EXPECT_EQ(read_error_request_id(R"({"request_id":17})"), "");
  EXPECT_EQ(read_error_request_id("<html>"), "");
}

TEST(ErrorBody, TellsWhenToComeBack) {
  const auto error =
      read_error_body(R"({"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo",)"
                      R"("retryDelay":"34.4s"}]}})");
  EXPECT_NEAR(error.retry_after_seconds.value(), 34.4, 1e-9);
}

TEST(ErrorBody, KeepsAnExcerptOfWhatIsNotUnderstood) {
  EXPECT_EQ(read_error_body(std::string(100'000, 'x')).message.size(), 512u);
}

}  // namespace
}  // namespace llm
