// `canary:`: what it may say, and one row a mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/config_test.h"

namespace llm {
namespace {

using testing::HasSubstr;

const std::string kProviders = "providers: [{name: p, type: vllm, probes: [{models: [m]}]}]\n";

TEST(ReadCanary, NoneUnlessConfigured) {
  const auto config = must_parse(kProviders);
  EXPECT_TRUE(config.canary.checks.empty());
  EXPECT_THAT(dump_config(config), testing::Not(HasSubstr("canary")));
}

TEST(ReadCanary, ReadsEveryKindAndBackFromItsDump) {
  const auto ca = write_file("canary_ca.pem", "-----BEGIN CERTIFICATE-----\n");
  const auto config = must_parse(
      "canary:\n"
      "  interval: 10s\n"
      "  timeout: 1500ms\n"
      "  proxy_url: http://proxy:3128\n"
      "  tls: {ca_file: " +
      ca +
      "}\n"
      "  checks:\n"
      "  - {name: resolver, dns: example.com}\n"
      "  - {name: gateway, tcp: \"192.0.2.1:443\"}\n"
      "  - {name: v6, tcp: \"[2001:db8::1]:53\"}\n"
      "  - {name: web, https: \"https://example.com/\"}\n"
      "  - {name: here, https: \"http://127.0.0.1:8080\"}\n" +
      kProviders);
  using enum CanaryCheck::Kind;
  const std::vector<CanaryCheck> checks = {{"resolver", dns, "example.com"},
                                           {"gateway", tcp, "192.0.2.1:443"},
                                           {"v6", tcp, "[2001:db8::1]:53"},
                                           {"web", https, "https://example.com"},
                                           {"here", https, "http://127.0.0.1:8080"}};
  EXPECT_EQ(config.canary.checks, checks);
  EXPECT_EQ(config.canary.interval, Millis(10'000));
  EXPECT_EQ(config.canary.timeout, Millis(1'500));
  EXPECT_EQ(config.canary.proxy_url, "http://proxy:3128");
  EXPECT_EQ(config.canary.tls.ca_file, ca);
  EXPECT_TRUE(config.warnings.empty());
  EXPECT_EQ(must_parse(dump_config(config)).canary, config.canary) << dump_config(config);
}

TEST(ReadCanary, Defaults) {
  const auto canary = must_parse("canary: {checks: [{name: a, dns: b.c}]}\n" + kProviders).canary;
  EXPECT_EQ(canary.interval, Millis(30'000));
  EXPECT_EQ(canary.timeout, Millis(5'000));
}

TEST(ReadCanary, WarnsOfHttpThatAPortalCouldAnswer) {
  const auto warnings =
      must_parse("canary: {checks: [{name: a, https: \"http://b.c/\"}]}\n" + kProviders).warnings;
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings[0], HasSubstr("test.yml:1:36: https: http can be answered by any box"));
}

TEST(ReadCanary, Mistakes) {
  struct Case {
    std::string canary;
    const char* at;
    const char* message;
  };
  std::string many = "{checks: [";
  for (std::size_t i = 0; i <= kMaxCanaryChecks; ++i)
    many += "{name: n" + std::to_string(i) + ", dns: a.b}, ";
  many += "]}";
  const Case cases[] = {
      {"[]", "1:9", "canary: must be a mapping of keys, here a list"},
      {"{}", "1:9", "checks: missing; list what to check, such as [{name: resolver"},
      {"{checks: []}", "1:18", "checks: the list is empty"},
      {"{checks: [{name: a, dns: b.c}], check: []}", "1:41", "did you mean \"checks\"?"},
      {many, "1:18", "more than 16 checks"},
      {"{checks: [{name: a, dns: b.c}], interval: 30}", "1:51", "did you mean \"30s\"?"},
      {"{checks: [{name: a, dns: b.c}], interval: 999ms}", "1:51", "must be from 1s to 1h"},
      {"{checks: [{name: a, dns: b.c}], timeout: 2m}", "1:50", "must be from 100ms to 1m"},
      {"{checks: [{name: a, dns: b.c}], proxy_url: \"ftp://x\"}", "1:52", "must be \"env\" or"},
      {"{checks: [{name: a, dns: b.c}], tls: {insecure_skip_verify: true}}", "1:46",
       "a check must verify"},
      {"{checks: [{dns: b.c}]}", "1:19", "name: missing; give the check a name"},
      {"{checks: [{name: \"a b\", dns: b.c}]}", "1:26", "name: \"a b\" must be 1 to 100 of the"},
      {"{checks: [{name: a}]}", "1:19", "says nothing to check; give dns: NAME"},
      {"{checks: [{name: a, dsn: b.c, tcp: \"d:1\"}]}", "1:29", "did you mean \"dns\"?"},
      {"{checks: [{name: a, dns: b.c, tcp: \"d:1\"}]}", "1:44", "the check has dns already"},
      {"{checks: [{name: a, dns: b.c}, {name: a, tcp: \"d:1\"}]}", "1:40",
       "a second check \"a\"; choose another name"},
      {"{checks: [{name: a, dns: \"b.c:53\"}]}", "1:34", "dns: must be a host name"},
      {"{checks: [{name: a, dns: \"192.0.2.1\"}]}", "1:34", "says nothing of the resolver"},
      {"{checks: [{name: a, dns: \"[::1]\"}]}", "1:34", "says nothing of the resolver"},
      {"{checks: [{name: a, dns: localhost}]}", "1:34", "says nothing of the resolver"},
      {"{checks: [{name: a, tcp: d}]}", "1:34", "tcp: must be host and port, such as"},
      {"{checks: [{name: a, tcp: \"d:0\"}]}", "1:34", "tcp: must be host and port"},
      {"{checks: [{name: a, tcp: \"d:65536\"}]}", "1:34", "tcp: must be host and port"},
      {"{checks: [{name: a, tcp: \"d:1/x\"}]}", "1:34", "tcp: must be host and port"},
      {"{checks: [{name: a, tcp: \"u@d:1\"}]}", "1:34", "tcp: must be host and port"},
      {"{checks: [{name: a, tcp: \"d:1/\"}]}", "1:34", "tcp: must be host and port"},
      {"{checks: [{name: a, https: \"ftp://d\"}]}", "1:36", "https: must be a URL such as"},
      {"{checks: [{name: a, https: \"https://u:p@d\"}]}", "1:36", "must not contain a user"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.canary);
    const auto config = parse_config("canary: " + c.canary + "\n" + kProviders, "test.yml");
    EXPECT_FALSE(config.ok());
    if (config.ok()) continue;
    EXPECT_EQ(config.error().size(), 1u) << all_lines(config.error());
    const auto line = to_string(config.error().front());
    EXPECT_THAT(line, testing::StartsWith(std::string("test.yml:") + c.at + ": "));
    EXPECT_THAT(line, HasSubstr(c.message));
  }
}

}  // namespace
}  // namespace llm
