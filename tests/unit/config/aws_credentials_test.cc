// What credential_process programs print, and what they must not.
#include "config/aws_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/config_test.h"

namespace llm {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(AwsCredentials, AreRead) {
  const auto all = parse_aws_credentials(
      R"({"Version": 1, "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "s/e+c=", )"
      R"("SessionToken": "t", "Expiration": "2026-11-21T10:00:00Z", "Extra": [1]})");
  ASSERT_TRUE(all.ok()) << all.error();
  EXPECT_EQ(all->keys.access_key_id.reveal(), "AKIDEXAMPLE");
  EXPECT_EQ(all->keys.secret_access_key.reveal(), "s/e+c=");
  EXPECT_EQ(all->keys.session_token.reveal(), "t");
  EXPECT_EQ(all->expires, parse_instant("2026-11-21T10:00:00Z"));

  const auto least = parse_aws_credentials(
      R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":null})");
  ASSERT_TRUE(least.ok()) << least.error();
  EXPECT_TRUE(least->keys.session_token.empty());
  EXPECT_EQ(least->expires, std::nullopt);
}

TEST(AwsCredentials, ErrorsNameTheMemberAndNotItsValue) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "not a JSON object"},
      {"hunter2", "not a JSON object"},
      {"[\"hunter2\"]", "not a JSON object"},
      {R"({"AccessKeyId":"A","SecretAccessKey":"hunter2"})", "Version is not 1"},
      {R"({"Version":2,"AccessKeyId":"A","SecretAccessKey":"hunter2"})", "Version is not 1"},
      {R"({"Version":"1","AccessKeyId":"A","SecretAccessKey":"hunter2"})", "Version is not 1"},
      {R"({"Version":1,"SecretAccessKey":"hunter2"})", "AccessKeyId is missing"},
      {R"({"Version":1,"AccessKeyId":"A"})", "SecretAccessKey is missing"},
      {R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":""})", "SecretAccessKey is empty"},
      {R"({"Version":1,"AccessKeyId":7,"SecretAccessKey":"hunter2"})", "AccessKeyId is not text"},
      {R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"hunter2\n"})",
       "SecretAccessKey has a control character"},
      {R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"hunter2","SessionToken":[]})",
       "SessionToken is not text"},
      {R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"hunter2","Expiration":"soon"})",
       "Expiration is not a time"},
      {R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"hunter2","Expiration":1})",
       "Expiration is not a time"},
  };
  for (const auto& [text, message] : cases) {
    const auto parsed = parse_aws_credentials(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_THAT(parsed.error(), HasSubstr(message));
    EXPECT_THAT(parsed.error(), Not(HasSubstr("hunter2")));
  }
}

TEST(AwsCredentials, Instants) {
  const std::pair<const char*, std::optional<std::int64_t>> cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2026-11-21T10:00:00Z", 1'795'255'200},  // date -u -d 2026-11-21T10:00:00Z +%s
      {"2026-11-21T10:00:00", 1'795'255'200},
      {"2026-11-21T10:00:00.999Z", 1'795'255'200},
      {"2026-11-21T11:00:00+01:00", 1'795'255'200},
      {"2026-11-21T04:30:00-0530", 1'795'255'200},
      {"2024-02-29T23:59:60Z", 1'709'251'200},
      {"2023-02-29T00:00:00Z", std::nullopt},
      {"2026-13-01T00:00:00Z", std::nullopt},
      {"2026-11-21T24:00:00Z", std::nullopt},
      {"2026-11-21T10:00Z", std::nullopt},
      {"2026-11-21 10:00:00Z", std::nullopt},
      {"2026-11-21T10:00:00.Z", std::nullopt},
      {"2026-11-21T10:00:00+1", std::nullopt},
      {"2026-11-21T10:00:00Zulu", std::nullopt},
      {"0000-01-01T00:00:00Z", std::nullopt},
      {"9999-01-01T00:00:00Z", std::nullopt},
      {"+026-01-01T00:00:00Z", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [text, seconds] : cases) {
    const auto instant = parse_instant(text);
    ASSERT_EQ(instant.has_value(), seconds.has_value()) << text;
    if (seconds) {
      EXPECT_EQ(to_unix_seconds(*instant), static_cast<double>(*seconds)) << text;
    }
  }
}

}  // namespace
}  // namespace llm
