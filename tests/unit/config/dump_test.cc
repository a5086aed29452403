// What /config shows: everything but secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/config_test.h"

namespace llm {
namespace {

using testing::HasSubstr;
using testing::Not;

void expect_round_trip(const Config& config) {
  const auto text = dump_config(config);
  const auto again = must_parse(text);
  EXPECT_EQ(again.vantage, config.vantage);
  EXPECT_EQ(again.budget, config.budget) << text;
  EXPECT_EQ(again.budget_state_file, config.budget_state_file) << text;
  EXPECT_EQ(again.prices_file, config.prices_file) << text;
  EXPECT_EQ(again.failover, config.failover) << text;
  ASSERT_EQ(again.targets.size(), config.targets.size()) << text;
  for (std::size_t i = 0; i < config.targets.size(); ++i) {
    EXPECT_EQ(*again.targets[i], *config.targets[i]) << config.targets[i]->name << "\n" << text;
  }
  EXPECT_EQ(dump_config(again), text);
}

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
      "  - {kind: models, interval: 1h30m, confirm: false, breaker: false}\n"
      "  - {models: [m, \"4\", a/b:c], prompt: \"two\\nlines\\t\\\"q\\\"\", expect: {regex: "
      "'\\d+\"'}}\n"
      "  - {kind: completion, models: [m], reasoning_effort: low, connection: reuse, breaker: "
      "{after: 0, failures: 1, max_interval: 90s, successes: 2}}\n"
      "  - {kind: speed, models: [m], thresholds: {ttft: 1500ms, throughput: 0.1}}\n"
      "- {name: b, type: ollama, probes: [{models: [m], timeout: {total: 1500ms}}]}\n"
      "failover: [{name: chat, targets: [a/a/b:c, b/m], dwell: 90s, max_ttft: 1500ms}, {name: x, "
      "targets: [b/m, a/4]}]\n");
  expect_round_trip(config);
}

// Those that need no secret, because a dump has none to give back.
TEST(DumpConfig, ReadsBackEveryTypesOwnKeys) {
  const auto prices = write_file("dump_prices.json", "{}");
  expect_round_trip(must_parse(
      "budget: {usd_per_day: 0.1, tokens_per_day: 5000000000, state_file: /tmp/b.json}\n"
      "prices: {file: " +
      prices +
      "}\n"
      "providers:\n"
      "- {name: a, type: azure, base_url: http://h/openai, api_version: 2024-10-21, budget: "
      "{tokens_per_day: 7}, probes: [{models: [m], price: {input: 0, output: 0.1, cached_input: "
      "1e-05, context_window: 128000}}]}\n"
      "- {name: b, type: bedrock, base_url: http://h, catalog_url: http://c, region: us-east-1, "
      "probes: [{kind: models}]}\n"
      "- {name: c, type: vertex, base_url: http://h/v1, region: global, project: p, probes: "
      "[{models: [m]}]}\n"
      "- {name: d, type: huggingface, base_url: http://h/v1, probes: [{kind: served, models: "
      "[a/b]}]"
      "}\n"
      "- {name: e, type: openai, base_url: http://h/v1, dialect: openai-responses, status_page: "
      "{interval: 5m}, probes: [{models: [m]}]}\n"
      "- {name: f, type: xai, base_url: http://h/v1, status_page: {system: statuspage, url: "
      "\"http://s\", components: [\"a: *\"]}, probes: [{models: [m]}]}\n"
      "- {name: g, type: ollama, status_page: {system: aws, url: \"http://s\"}, probes: [{models: "
      "[m]}]}\n"
      "- {name: h, type: gemini, base_url: http://h/v1beta, probes: [{models: [m]}]}\n"
      "- {name: i, type: cohere, base_url: http://h, probes: [{models: [m]}]}\n"));
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
      "    expect: {regex: sk-proj-0123456789abcdefghij}\n"
      "  account: {admin_key: {env: hunter2}, url: http://h/sk-proj-0123456789abcdefghij}\n"
      "  status_page: {url: http://h/sk-proj-0123456789abcdefghij}\n"
      "- {name: b, type: bedrock, region: us-east-1, aws: {access_key_id: {env: hunter2}, "
      "secret_access_key: {file: hunter2}, session_token: {command: [hunter2]}}, probes: [{kind: "
      "models}]}\n"
      "- {name: c, type: bedrock, region: us-east-1, aws: {credentials: {command: [hunter2]}}, "
      "probes: [{kind: models}]}\n"
      "- {name: d, type: vertex, region: global, project: p, service_account: {file: hunter2}, "
      "probes: [{kind: models}]}\n");
  const auto text = dump_config(config);
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(text, Not(HasSubstr("0123456789")));
  EXPECT_THAT(text, HasSubstr("api_key: \"<secret>\""));
  EXPECT_THAT(text, HasSubstr("authorization: \"<secret>\""));
  EXPECT_THAT(text, HasSubstr("x-tenant: \"<secret>\""));
  for (const auto* key : {"access_key_id", "secret_access_key", "session_token", "credentials",
                          "service_account", "admin_key"}) {
    EXPECT_THAT(text, HasSubstr(std::string(key) + ": \"<secret>\""));
  }
}

}  // namespace
}  // namespace llm
