// What /config shows: everything but secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/config_test.h"

namespace llm {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DumpConfig, ReadsBackAsTheSameConfiguration) {
  const auto bundle =
      write_file("dump_test.pem", "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n");
  const auto config = must_parse(
      "global: {interval: 90s, vantage: eu-1}\n"
      "providers:\n"
      "- name: a\n"
      "  type: vllm\n"
      "  base_url: http://[::1]:8000/v1\n"
      "  headers: {x-a: \"b: {c} # \\\"d\\\" é\"}\n"
      "  extra_body: {n: 1, t: \"1\", l: [true, null, 0.5, {x: \"yes\"}], e: {}}\n"
      "  proxy_url: env\n"
      "  http_version: 2\n"
      "  tls: {server_name: n, ca_file: " +
      bundle + ", cert_file: " + bundle +
      "}\n"
      "  labels: {team: \"1\"}\n"
      "  max_concurrent: 3\n"
      "  probes:\n"
      "  - {kind: models, interval: 1h30m}\n"
      "  - {models: [m, \"4\", a/b:c], prompt: \"two\\nlines\\t\\\"q\\\"\", expect: {regex: "
      "'\\d+\"'}}\n"
      "  - {kind: completion, models: [m], reasoning_effort: low, connection: reuse}\n"
      "  - {kind: speed, models: [m], thresholds: {ttft: 1500ms, throughput: 0.1}}\n"
      "- {name: b, type: ollama, probes: [{models: [m], timeout: {total: 1500ms}}]}\n");
  const auto text = dump_config(config);
  const auto again = must_parse(text);
  EXPECT_EQ(again.vantage, config.vantage);
  ASSERT_EQ(again.targets.size(), config.targets.size()) << text;
  for (std::size_t i = 0; i < config.targets.size(); ++i) {
    EXPECT_EQ(*again.targets[i], *config.targets[i]) << config.targets[i]->name << "\n" << text;
  }
  EXPECT_EQ(dump_config(again), text);
}

TEST(DumpConfig, ShowsNoSecret) {
  // Every place that a user can put text into, with a key in it; "hunter2" stands for one that has
  // no known shape, where the loader knows that it is one.
  const auto config = must_parse(
      "providers:\n"
      "- name: a\n"
      "  type: openai\n"
      "  base_url: http://h/sk-proj-0123456789abcdefghij\n"
      "  api_key: {command: [vault, hunter2]}\n"
      "  headers:\n"
      "    authorization: {env: hunter2}\n"
      "    x-tenant: {file: /hunter2}\n"
      "  extra_body: {user: sk-proj-0123456789abcdefghij, l: [gsk_0123456789abcdefghij]}\n"
      "  labels: {team: hf_0123456789abcdefghijklmn}\n"
      "  probes:\n"
      "  - models: [sk-proj-0123456789abcdefghij]\n"
      "    prompt: \"my key is sk-proj-0123456789abcdefghij\"\n"
      "    expect: {regex: sk-proj-0123456789abcdefghij}\n");
  const auto text = dump_config(config);
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(text, Not(HasSubstr("0123456789")));
  EXPECT_THAT(text, HasSubstr("api_key: \"<secret>\""));
  EXPECT_THAT(text, HasSubstr("authorization: \"<secret>\""));
  EXPECT_THAT(text, HasSubstr("x-tenant: \"<secret>\""));
}

}  // namespace
}  // namespace llm
