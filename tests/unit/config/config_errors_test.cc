// One row a mistake: where it is reported and in which words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "config/config.h"
#include "unit/config/config_test.h"

namespace llm {
namespace {

using testing::HasSubstr;

// Whole files of one mistake.
struct FileCase {
  std::string yaml;
  const char* at;       // "line:column", or "" for the file as a whole
  const char* message;  // a part of it
};

void expect_only(const std::string& yaml, const std::string& at, const std::string& message) {
  SCOPED_TRACE(yaml.substr(0, 500));
  const auto config = parse_config(yaml, "test.yml");
  ASSERT_FALSE(config.ok());
  ASSERT_EQ(config.error().size(), 1u) << all_lines(config.error());
  const auto line = to_string(config.error().front());
  const auto place = at.empty() ? "test.yml: " : "test.yml:" + at + ": ";
  EXPECT_EQ(line.substr(0, place.size()), place) << line;
  EXPECT_THAT(line.substr(std::min(place.size(), line.size())), HasSubstr(message));
}

const std::string kGood = "providers:\n- {name: p, type: vllm, probes: [{models: [m]}]}\n";

TEST(ConfigErrors, Files) {
  const FileCase cases[] = {
      {"", "", "the file is empty"},
      {" \n\t\n", "", "the file is empty"},
      {"# only a comment\n", "", "no content"},
      {"---\n", "2:1", "must be a mapping of keys, here nothing"},
      {"- a\n", "1:1", "must be a mapping of keys, here a list"},
      {"text\n", "1:1", "must be a mapping of keys, here text"},
      {"{}", "1:1", "providers: missing"},
      {std::string(kMaxConfigBytes + 1, 'a'), "", "larger than 4 MiB"},
      {"a: 1\nb: \"\xC3\x28\"\n", "2:5", "not valid UTF-8"},
      {std::string("a: \0b", 5), "1:4", "control character (byte 0x00)"},
      {"a: \x1B[0m\n", "1:4", "control character (byte 0x1b)"},
      {"\xFF\xFE" + std::string("a\0", 2), "1:1", "not valid UTF-8"},
      {kGood + "---\n" + kGood, "3:1", "a second document"},
      {"providers: [\n", "2:1", "not valid YAML"},
      {"providers: *unknown\n", "1:12", "not valid YAML"},
      {"providers: !!python/object {}\n", "1:12", "tag"},
      {"? [a]\n: b\n", "1:3", "cannot be a key"},
      {"~: b\n", "1:1", "key is missing"},
      {"a: &a [*a]\n", "1:8", "alias inside its own anchor"},
      {"a: " + std::string(40, '[') + std::string(40, ']'), "1:35", "deeper than 32"},
      {std::string(2'000, '['), "1:1002", "brackets are open"},
      {"simulator: 1\n" + kGood, "1:12", "simulator: must be a mapping"},
      {"{simulator: {a: b}, providers: [{name: p, type: vllm, probes: [{models: [m]}]}]}", "1:13",
       "simulator: must be written out"},
      {"providers:\n- {name: p, type: vllm, extra_body: &x {a: b}, probes: [{models: "
       "[m]}]}\nsimulator: *x\n",
       "2:37", "simulator: must be written out"},
  };
  for (const auto& c : cases) expect_only(c.yaml, c.at, c.message);
}

TEST(ConfigErrors, AliasBomb) {
  std::string yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const auto last = "*a" + std::to_string(i - 1);
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) yaml += last + ", ";
    yaml += "]\n";
  }
  const auto config = parse_config(yaml, "test.yml");
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(all_lines(config.error()), HasSubstr("more than 1000000 values"));
}

TEST(ConfigErrors, TooManyTargets) {
  std::string yaml = "providers:\n- name: p\n  type: vllm\n  probes:\n  - models:\n";
  for (std::size_t i = 0; i < kMaxTargets; ++i) yaml += "    - m" + std::to_string(i) + "\n";
  EXPECT_EQ(must_parse(yaml).targets.size(), kMaxTargets);
  expect_only(yaml + "  - {kind: models}\n", "20006:5", "more than 20000 targets");
}

TEST(ConfigErrors, SectionsBesideProviders) {
  const FileCase cases[] = {
      {"provider: 1\n" + kGood, "1:1", "\"provider\": unknown key; did you mean \"providers\"?"},
      {"colour: 1\n" + kGood, "1:1", "\"colour\": unknown key; known here: global, budget"},
      {kGood + "global: {}\nglobal: {}\n", "4:1", "\"global\": repeated key, first used at line 3"},
      {"global: []\n" + kGood, "1:9", "global: must be a mapping of keys, here a list"},
      {"global: {intervall: 1s}\n" + kGood, "1:10", "did you mean \"interval\"?"},
      {"global: {interval: 60}\n" + kGood, "1:20",
       "interval: \"60\" has no unit; did you mean \"60s\"?"},
      {"global: {interval: -5s}\n" + kGood, "1:20", "interval: must be a duration"},
      {"global: {interval: 0s}\n" + kGood, "1:20", "interval: must be from 1s to 1w"},
      {"global: {interval: 999ms}\n" + kGood, "1:20", "interval: must be from 1s"},
      {"global: {interval: 8d}\n" + kGood, "1:20", "interval: must be from 1s to 1w"},
      {"global: {interval: [1s]}\n" + kGood, "1:20", "must be a duration such as 30s"},
      {"global: {interval: }\n" + kGood, "1:10", "here nothing"},
      {"global: {timeout: 5s}\n" + kGood, "1:19", "timeout: must be a mapping of keys, here text"},
      {"global: {timeout: {first: 5s}}\n" + kGood, "1:20", "unknown key"},
      {"global: {timeout: {connect: 0s}}\n" + kGood, "1:29", "connect: must be from 1ms to 1h"},
      {"global: {timeout: {connect: 90s}}\n" + kGood, "1:29",
       "connect: 1m30s is longer than total, which is 1m"},
      {"global: {timeout: {idle: 6s, total: 5s}}\n" + kGood, "1:26", "idle: 6s is longer than"},
      {"global: {vantage: 1}\n" + kGood, "1:19", "must be text, here a number; put it in quotes"},
      {"global: {vantage: a b}\n" + kGood, "1:19", "must be 1 to 100 of the characters"},
      {"budget: {usd_per_day: -1}\n" + kGood, "1:23", "usd_per_day: must be a number above 0"},
      {"budget: {usd_per_day: .inf}\n" + kGood, "1:23", "usd_per_day: must be a number above 0"},
      {"budget: {tokens_per_day: 1.5}\n" + kGood, "1:26", "must be a whole number"},
      {"budget: {}\n" + kGood, "1:9", "give usd_per_day, tokens_per_day or both"},
      {"budget: {eur_per_day: 1}\n" + kGood, "1:10", "did you mean \"usd_per_day\"?"},
      {"prices: {file: [a]}\n" + kGood, "1:16", "file: must be text, here a list"},
      {"prices: {}\n" + kGood, "1:9", "file: missing"},
      {"prices: {file: /nowhere/prices.json}\n" + kGood, "1:16",
       "file: cannot read \"/nowhere/prices.json\": No such file or directory; name a price file"},
      {"prices: {file: /}\n" + kGood, "1:16", "is a directory, not a file"},
      {"prices: {url: x, file: /etc/passwd}\n" + kGood, "1:10", "\"url\": unknown key"},
      {"budget: {tokens_per_day: 0}\n" + kGood, "1:26",
       "tokens_per_day: must be a whole number from 1 to 1000000000000000"},
      {"budget: {usd_per_day: .nan}\n" + kGood, "1:23", "usd_per_day: must be a number above 0"},
      {"budget: {usd_per_day: 1, state_file: /}\n" + kGood, "1:38", "state_file: is a directory"},
      {"budget: {usd_per_day: 1, state_file: /tmp}\n" + kGood, "1:38", "is a directory"},
      {"budget: {usd_per_day: 1, state_file: /nowhere/b.json}\n" + kGood, "1:38",
       "state_file: there is no folder \"/nowhere\"; make it, writable by the exporter's user"},
      {"budget: {usd_per_day: 1, state_file: [a]}\n" + kGood, "1:38", "must be text, here a list"},
      {kGood + "failover: [{name: a, targets: [p/n]}]\n", "3:32",
       "no target \"p/n\"; did you mean \"p/m\"?"},
      {kGood + "failover: [{name: a, targets: [p/m, p/m]}]\n", "3:37", "listed twice"},
      {kGood + "failover: [{name: a, targets: []}]\n", "3:31", "the list is empty"},
      {kGood + "failover: [{targets: [p/m]}]\n", "3:12", "name: missing"},
      {kGood + "failover: [{name: a, targets: [p/m]}, {name: a, targets: [p/m]}]\n", "3:39",
       "a second group \"a\""},
      {kGood + "failover: [{name: a, targets: [p/m], dwell: 5}]\n", "3:45", "has no unit"},
      {kGood + "failover: [{name: a, targets: [p/m], dwell: 500ms}]\n", "3:45", "dwell"},
      {kGood + "failover: [{name: a, targets: [p/m], max_ttft: 2h}]\n", "3:48", "max_ttft"},
      {"providers:\n- {name: p, type: vllm, probes: [{kind: models}]}\n"
       "failover: [{name: a, targets: [p/models]}]\n",
       "3:32", "is of kind models, which no model answers"},
      {kGood + "failover: [{name: a, targets: [p/m], failures: 3}]\n", "3:38", "unknown key"},
  };
  for (const auto& c : cases) {
    expect_only(c.yaml, c.at, c.message);
  }
}

TEST(ConfigErrors, FailoverIsBounded) {
  std::string models, targets, groups;
  for (int i = 0; i < 21; ++i) {
    models += "m" + std::to_string(i) + ", ";
    targets += "p/m" + std::to_string(i) + ", ";
  }
  const auto provider =
      "providers:\n- {name: p, type: vllm, probes: [{models: [" + models + "]}]}\n";
  expect_only(provider + "failover: [{name: a, targets: [" + targets + "]}]\n", "3:31",
              "more than 20 targets");
  for (int i = 0; i < 101; ++i) {
    groups += "{name: g" + std::to_string(i) + ", targets: [p/m0, p/m1]}, ";
  }
  expect_only(provider + "failover: [" + groups + "]\n", "3:11", "more than 100 groups");
}

// One line in a provider that is right otherwise: `p` of type openai-compatible.
struct LineCase {
  const char* line;
  int column;
  const char* message;
};

TEST(ConfigErrors, Provider) {
  const LineCase cases[] = {
      {"base_ur: x", 3, "\"base_ur\": unknown key; did you mean \"base_url\"?"},
      {"name: q", 3, "\"name\": repeated key, first used at line 2"},
      {"dialect: openai-chatt", 12, "did you mean \"openai-chat\"?"},
      {"dialect: [a]", 12, "must be one of: openai-chat, openai-responses, anthropic-messages, "},
      {"api_key: hunter2", 12, "api_key: a secret must not stand in the file; write {env: NAME}"},
      {"api_key: 5", 12, "api_key: a secret must not stand in the file"},
      {"api_key:", 3, "api_key: a secret must not stand in the file"},
      {"api_key: {}", 12, "api_key: must have exactly one source"},
      {"api_key: {env: A, file: b}", 12, "api_key: must have exactly one source"},
      {"api_key: {env: K, env: L}", 21, "repeated key"},
      {"api_key: {env: hunter-2}", 18, "env: must be the name of an environment variable"},
      {"api_key: {command: vault}", 22, "command: must be a list, here text"},
      {"api_key: {command: []}", 22, "command: the list is empty"},
      {"api_key: {file: [a]}", 19, "file: must be text, here a list"},
      {"headers: [a]", 12, "headers: must be a mapping"},
      {"headers: {a b: c}", 18, "\"a b\": not a header name"},
      {"headers: {x-a: \"b\\nc\"}", 18, "x-a: contains a control character"},
      {"headers: {Authorization: hunter2}", 28, "Authorization: carries a credential"},
      {"headers: {x-api-key: hunter2}", 24, "x-api-key: carries a credential"},
      {"headers: {API-KEY: hunter2}", 22, "API-KEY: carries a credential"},
      {"headers: {Cookie: hunter2}", 21, "Cookie: carries a credential"},
      {"headers: {proxy-authorization: hunter2}", 34, "carries a credential"},
      {"headers: {x-a: sk-proj-hunter2hunter2hunter2}", 18, "x-a: looks like a credential"},
      {"headers: {content-length: \"1\"}", 29, "is set by the exporter itself"},
      {"headers: {x-a: b, X-A: c}", 26, "X-A: repeated header"},
      {"extra_body: [a]", 15, "extra_body: must be a mapping"},
      {"extra_body: {model: x}", 23, "model: is set by the exporter itself"},
      {"extra_body: {contents: []}", 26, "contents: is set by the exporter itself"},
      {"extra_body: {input: x}", 23, "input: is set by the exporter itself"},
      {"extra_body: {max_output_tokens: 9}", 35, "is set by the exporter itself"},
      {"extra_body: {generationConfig: {topK: 1, maxOutputTokens: 9}}", 61,
       "maxOutputTokens: is set by the exporter itself; use the keys of the probe"},
      {"extra_body: {inferenceConfig: {maxTokens: 9}}", 45, "maxTokens: is set by the exporter"},
      {"extra_body: {options: {num_predict: 9}}", 39, "num_predict: is set by the exporter itself"},
      {"extra_body: {a: {b: 1, b: 2}}", 26, "repeated key"},
      {"proxy_url: proxy:3128", 14, "must be \"env\" or a URL"},
      {"proxy_url: ftp://u:hunter2@proxy", 14, "must be \"env\" or a URL"},
      {"proxy_url: http://u:hunter2@proxy", 14, "proxy_url: env and put the URL into the env"},
      {"proxy_url: socks5h://hunter2@proxy:1", 14, "must not contain a user or a password"},
      {"http_version: 3", 17, "\"3\" is unknown; must be one of: 1.1, 2"},
      {"tls: {ca_file: /nowhere/ca.pem}", 18, "cannot read \"/nowhere/ca.pem\": No such file"},
      {"tls: {ca_file: /}", 18, "is a directory"},
      {"tls: {server_name: \"https://x\"}", 22, "must be a host name"},
      {"tls: {insecure_skip_verify: yes}", 31, "must be true or false, here \"yes\""},
      {"tls: {insecure_skip_verify: \"true\"}", 31, "must be true or false, here text"},
      {"labels: {1a: b}", 16, "\"1a\": not a label name"},
      {"labels: {__a: b}", 17, "\"__a\": not a label name"},
      {"labels: {provider: b}", 22, "provider: is a label that the exporter or Prometheus sets"},
      {"labels: {a: 1}", 15, "must be text, here a number; put it in quotes"},
      {"labels: {a: b, a: c}", 18, "repeated key"},
      {"region: us-east-1", 3, "region: only types bedrock and vertex have one; remove it"},
      {"project: p", 3, "project: only type vertex has one; remove it"},
      {"api_version: 2024-10-21", 3, "api_version: only type azure has one; remove it"},
      {"aws: {access_key_id: {env: K}}", 3, "aws: only type bedrock signs its requests"},
      {"service_account: {file: k}", 3, "service_account: only type vertex has one; use api_key"},
      {"catalog_url: \"http://u:hunter2@h\"", 16, "catalog_url: must not contain a user"},
      {"budget: {}", 11, "budget: give usd_per_day, tokens_per_day or both"},
      {"budget: {usd_per_day: 0}", 25, "usd_per_day: must be a number above 0"},
      {"budget: {tokens_per_day: -1}", 28, "must be a whole number from 1"},
      {"budget: {state_file: x}", 12, "\"state_file\": unknown key; known here: usd_per_day"},
      {"status_page: yes", 16, "status_page: must be true, false or a mapping"},
      {"status_page: [a]", 16, "status_page: must be true, false or a mapping"},
      {"status_page: true", 16, "type openai-compatible has no page that can be read; write {sys"},
      {"status_page: {url: \"http://s/x.json\"}", 16,
       "system: missing; type openai-compatible has no page of its own"},
      {"status_page: {system: rss}", 16, "url: missing; give the address of the page"},
      {"status_page: {system: statuspag, url: \"http://s\"}", 25, "did you mean \"statuspage\"?"},
      {"status_page: {system: rss, url: \"http://s?q=hunter2\"}", 35, "url: must be a URL such as"},
      {"status_page: {system: rss, url: \"http://s\", components: []}", 59, "the list is empty"},
      {"status_page: {system: rss, url: \"http://s\", components: API}", 59, "must be a list"},
      {"status_page: {system: rss, url: \"http://s\", interval: 1m59s}", 57,
       "interval: must be from 2m to 1h, here \"1m59s\""},
      {"status_page: {system: rss, url: \"http://s\", interval: 61m}", 57, "from 2m to 1h"},
      {"status_page: {system: rss, url: \"http://127.0.0.1:1\", interval: 999ms}", 67,
       "interval: must be from 1s to 1h"},
      {"status_page: {system: rss, url: \"http://s\", group: x}", 47, "\"group\": unknown key"},
      {"account: true", 12,
       "account: type openai-compatible tells nothing of an account; types that do: openai, "
       "anthropic, deepseek, openrouter"},
      {"account: 1", 12, "account: must be true or false, here \"1\""},
      {"max_concurrent: 0", 19, "must be a whole number from 1 to 1000"},
      {"max_concurrent: many", 19, "must be a whole number from 1 to 1000, here \"many\""},
      {"max_concurrent: -1", 19, "must be a whole number from 1 to 1000"},
  };
  for (const auto& c : cases) {
    const auto yaml =
        std::string(
            "providers:\n- name: p\n  type: openai-compatible\n  base_url: http://h\n  "
            "probes: [{models: [m]}]\n  ") +
        c.line + "\n";
    expect_only(yaml, "6:" + std::to_string(c.column), c.message);
    const auto config = parse_config(yaml, "test.yml");
    EXPECT_THAT(all_lines(config.error()), Not(HasSubstr("hunter2"))) << "a secret is repeated";
  }
}

TEST(ConfigErrors, ProviderIdentity) {
  const FileCase cases[] = {
      {"providers: {}\n", "1:12", "providers: must be a list, here a mapping"},
      {"providers: []\n", "1:12", "the list is empty"},
      {"providers: [a]\n", "1:13", "providers: must be a mapping of keys, here text"},
      {"providers:\n- {type: vllm, probes: [{models: [m]}]}\n", "2:3", "name: missing"},
      {"providers:\n- {name: p, probes: [{models: [m]}]}\n", "2:3", "type: missing"},
      {"providers:\n- {name: p, type: vllm}\n", "2:3", "probes: missing"},
      {"providers:\n- {name: p, type: vllm, probes: []}\n", "2:33", "the list is empty"},
      {"providers:\n- {name: a/b, type: vllm, probes: [{models: [m]}]}\n", "2:10",
       "\"a/b\" must be 1 to 100 of the characters"},
      {"providers:\n- {name: 1, type: vllm, probes: [{models: [m]}]}\n", "2:10",
       "must be text, here a number"},
      {"providers:\n- {name: p, type: vlm, probes: [{models: [m]}]}\n", "2:19",
       "\"vlm\" is unknown; did you mean \"vllm\"?"},
      {"providers:\n- {name: p, type: bedrok, region: r, aws: 1, probes: [{models: [m]}]}\n",
       "2:19", "\"bedrok\" is unknown; did you mean \"bedrock\"?"},
      {"providers:\n- {name: p, type: zzzzzzzzz, probes: [{models: [m]}]}\n", "2:19",
       "must be one of: openai, anthropic"},
      {"providers:\n- {name: p, type: openai, probes: [{models: [m]}]}\n", "2:3",
       "api_key: missing; type openai needs one; write api_key: {env: OPENAI_API_KEY}"},
      {"providers:\n- {name: p, type: openai-compatible, probes: [{models: [m]}]}\n", "2:3",
       "base_url: missing; type openai-compatible has no default"},
      {kGood + "- {name: p, type: vllm, probes: [{models: [n]}]}\n", "3:3",
       "name: a second provider \"p\", the first is at line 2"},
  };
  for (const auto& c : cases) {
    expect_only(c.yaml, c.at, c.message);
  }
}

// The lines of a provider `p`, which stand at 3:3; its probes are right.
struct TypedCase {
  std::string lines;
  const char* at;
  const char* message;
};

void expect_typed(const TypedCase& c) {
  std::string yaml = "providers:\n- name: p\n";
  for (std::size_t from = 0; from < c.lines.size();) {
    const auto end = std::min(c.lines.find('\n', from), c.lines.size());
    yaml += "  " + c.lines.substr(from, end - from) + "\n";
    from = end + 1;
  }
  expect_only(yaml + "  probes: [{models: [m]}]\n", c.at, c.message);
}

TEST(ConfigErrors, Dialects) {
  const TypedCase cases[] = {
      {"type: gemini\ndialect: openai-chat\napi_key: {env: K}", "4:12",
       "type gemini does not speak \"openai-chat\"; it speaks gemini; for a gateway write type: "
       "openai-compatible"},
      {"type: vertex\ndialect: anthropic-messages\nregion: r\napi_key: {env: K}", "4:12",
       "it speaks openai-chat, gemini"},
      {"type: openai\ndialect: bedrock-converse\napi_key: {env: K}", "4:12",
       "it speaks openai-chat, openai-responses, anthropic-messages"},
      {"type: bedrock\ndialect: gemini\nregion: us-east-1\napi_key: {env: K}", "4:12",
       "it speaks openai-chat, openai-responses, anthropic-messages, bedrock-converse"},
      {"type: ollama\ndialect: cohere-v2", "4:12", "type ollama does not speak \"cohere-v2\""},
      {"type: cohere\ndialect: openai-chat\napi_key: {env: K}", "2:3",
       "base_url: missing; type cohere with dialect openai-chat has no default"},
      {"type: bedrock\ndialect: openai-responses\nregion: us-east-1\napi_key: {env: K}", "2:3",
       "base_url: missing; type bedrock with dialect openai-responses has no default"},
      {"type: vertex\ndialect: openai-chat\nregion: global\napi_key: {env: K}", "2:3",
       "base_url: missing; type vertex with dialect openai-chat"},
      {"type: ollama\ndialect: ollama\nbase_url: http://h:11434/v1", "5:13",
       "base_url: is the address of OpenAI's dialect; remove /v1, or dialect: ollama"},
      {"type: ollama\nbase_url: http://h:11434/api", "4:13", "must end before /api, which"},
      {"type: openai\nbase_url: http://h/v1/responses", "4:13", "must end before /responses, wh"},
      {"type: bedrock\nbase_url: http://h/model", "4:13", "must end before /model, which"},
  };
  for (const auto& c : cases) expect_typed(c);
}

TEST(ConfigErrors, Azure) {
  const TypedCase cases[] = {
      {"type: azure\napi_key: {env: K}", "2:3",
       "base_url: missing; type azure has no default; write it up to and including the version, "
       "such as https://RESOURCE.openai.azure.com/openai/v1"},
      {"type: azure\napi_key: {env: K}\nbase_url: https://r.openai.azure.com", "5:13",
       "base_url: must end in /openai/v1, such as https://RESOURCE.openai.azure.com/openai/v1"},
      {"type: azure\napi_key: {env: K}\nbase_url: https://r.openai.azure.com/openai", "5:13",
       "base_url: must end in /openai/v1, or give api_version for the paths before v1"},
      {"type: azure\nbase_url: https://r.openai.azure.com/openai/v1\napi_version: 2024-10-21",
       "4:13", "base_url: must end in /openai where api_version is given"},
      {"type: azure\nbase_url: http://h/openai\napi_version: v1", "5:16",
       "api_version: \"v1\" is no version; it must be a date such as 2024-10-21"},
      {"type: azure\nbase_url: http://h/openai\napi_version: 2024-10-21-beta", "5:16",
       "is no version"},
  };
  for (const auto& c : cases) expect_typed(c);
}

TEST(ConfigErrors, BedrockAndVertex) {
  const TypedCase cases[] = {
      {"type: bedrock\napi_key: {env: K}", "2:3",
       "region: missing; the address of type bedrock depends on it; write us-east-1"},
      {"type: bedrock\napi_key: {env: K}\nregion: US East", "5:11",
       "region: \"US East\" is no region; write it as "},
      {"type: bedrock\nregion: us-east-1", "2:3",
       "api_key: missing; type bedrock needs one; write aws: {access_key_id: {env: "
       "AWS_ACCESS_KEY_ID}, secret_access_key: {env: AWS_SECRET_ACCESS_KEY}}, or api_key: {env: "
       "AWS_BEARER_TOKEN_BEDROCK}"},
      {"type: bedrock\nregion: us-east-1\naws: {access_key_id: {env: K}}", "5:8",
       "secret_access_key: missing; an AWS key has two parts"},
      {"type: bedrock\nregion: us-east-1\naws: {secret_access_key: {env: K}}", "5:8",
       "access_key_id: missing; an AWS key has two parts"},
      {"type: bedrock\nregion: us-east-1\naws: {}", "5:8",
       "aws: give access_key_id and secret_access_key, or credentials"},
      {"type: bedrock\nregion: us-east-1\naws: {credentials: {env: K}, session_token: {env: K}}",
       "5:8", "or credentials, not both"},
      {"type: bedrock\nregion: us-east-1\naws: {credentials: hunter2}", "5:22",
       "credentials: a secret must not stand in the file"},
      {"type: bedrock\nregion: us-east-1\naws: {credentials: {env: K}, key: {env: K}}", "5:32",
       "\"key\": unknown key"},
      {"type: bedrock\nregion: us-east-1\napi_key: {env: K}\naws: {credentials: {env: K}}", "6:8",
       "aws: give aws or api_key, not both"},
      {"type: bedrock\nbase_url: http://h\naws: {credentials: {env: K}}", "2:3",
       "region: missing; requests are signed for one; write region: us-east-1"},
      {"type: bedrock\nregion: us-east-1\nproject: p\napi_key: {env: K}", "5:3",
       "project: only type vertex has one"},
      {"type: vertex\napi_key: {env: K}", "2:3",
       "region: missing; the address of type vertex depends on it; write us-central1, or global"},
      {"type: vertex\nregion: global", "2:3",
       "api_key: missing; type vertex needs one; write service_account: {file: PATH} and project"},
      {"type: vertex\nregion: global\nservice_account: {file: k}", "2:3",
       "project: missing; service_account needs the id of the Google Cloud project"},
      {"type: vertex\nbase_url: http://h/v1\nproject: p\nservice_account: {file: k}", "2:3",
       "region: missing; service_account needs one; write us-central1, or global"},
      {"type: vertex\nregion: global\nproject: a/b\nservice_account: {file: k}", "5:12",
       "project: \"a/b\" must be 1 to 100 of the characters"},
      {"type: vertex\nregion: global\nproject: p\napi_key: {env: K}", "5:3",
       "project: belongs to service_account; an express key (api_key) has none"},
      {"type: vertex\nregion: global\nproject: p\nservice_account: {file: k}\napi_key: {env: K}",
       "6:20", "service_account: give service_account or api_key, not both"},
  };
  for (const auto& c : cases) expect_typed(c);
}

TEST(ConfigErrors, Accounts) {
  const TypedCase cases[] = {
      {"type: openai\napi_key: {env: K}\naccount: true", "5:12",
       "account: type openai tells costs to an admin key alone; write account: {admin_key: {env: "
       "OPENAI_ADMIN_KEY}}"},
      {"type: anthropic\napi_key: {env: K}\naccount: {interval: 1h}", "5:12",
       "admin_key: missing; type anthropic tells costs to an admin key alone"},
      {"type: openai\napi_key: {env: K}\naccount: {admin_key: hunter2}", "5:24",
       "admin_key: a secret must not stand in the file"},
      {"type: openai\napi_key: {env: K}\naccount: {admin_key: {env: A}, interval: 4m}", "5:44",
       "interval: must be from 5m to 1d"},
      {"type: openai\nbase_url: https://gw/v1\naccount: {admin_key: {env: A}}", "5:12",
       "url: missing; base_url is not the provider's own address; say where the admin key is to "
       "be sent"},
      {"type: openai\nbase_url: http://[::1]/v1\naccount: {admin_key: {env: A}, interval: 0s}",
       "5:44", "interval: must be from 1s to 1d"},
      {"type: deepseek\napi_key: {env: K}\naccount: {admin_key: {env: A}}", "5:13",
       "admin_key: type deepseek uses api_key; remove it"},
      {"type: openrouter\nbase_url: http://h/v1\naccount: true", "5:12",
       "account: needs api_key beside it"},
      {"type: deepseek\napi_key: {env: K}\naccount: {url: x}", "5:18", "url: must be a URL"},
  };
  for (const auto& c : cases) expect_typed(c);
}

TEST(ConfigErrors, BaseUrl) {
  const std::pair<const char*, const char*> cases[] = {
      {"example.com/v1", "must be a URL such as https://api.example.com/v1"},
      {"ftp://example.com", "must be a URL"},
      {"http://", "must be a URL"},
      {"http://a b", "must be a URL"},
      {"http://host:0", "must be a URL"},
      {"http://host:65536", "must be a URL"},
      {"http://[::1", "must be a URL"},
      {"http://h/v1?key=hunter2", "must be a URL"},
      {"http://h\xC3\xA9/v1", "must be a URL"},
      {"http://user:hunter2@host/v1", "must not contain a user or a password"},
      {"http://hunter2@host/v1", "must not contain a user or a password"},
      {"http://h/v1/chat/completions", "must end before /chat/completions"},
      {"http://h/v1/models/", "must end before /models"},
  };
  for (const auto& [url, message] : cases) {
    const auto yaml = std::string("providers:\n- name: p\n  type: vllm\n  base_url: \"") + url +
                      "\"\n  probes: [{models: [m]}]\n";
    expect_only(yaml, "4:13", message);
    EXPECT_THAT(all_lines(parse_config(yaml, "f").error()), Not(HasSubstr("hunter2")));
  }
  for (const auto* url : {"http://[::1]:8000/v1", "https://h_1.example:65535", "HTTP://H/v1/"}) {
    must_parse(std::string("providers: [{name: p, type: vllm, base_url: \"") + url +
               "\", probes: [{models: [m]}]}]");
  }
}

TEST(ConfigErrors, Probe) {
  const LineCase cases[] = {
      {"{kind: stream}", 5, "models: missing"},
      {"{kind: streem, models: [m]}", 12, "kind: \"streem\" is unknown; did you mean \"stream\"?"},
      {"{models: m}", 14, "models: must be a list, here text"},
      {"{models: []}", 14, "models: the list is empty"},
      {"{models: [a b]}", 15, "models: \"a b\" must be 1 to 256 of the characters"},
      {"{models: [4]}", 15, "models: must be text, here a number; put it in quotes"},
      {"{models: [m, m]}", 18, "models: a second target \"p/m\", the first is at line 7"},
      {"{models: [taken]}", 15, "models: a second target \"p/taken\", the first is at line 6"},
      {"{models: [m], model: n}", 19, "did you mean \"models\"?"},
      {"{kind: models, models: [m]}", 20, "models: kind models asks no model anything"},
      {"{kind: models, prompt: x}", 20, "prompt: kind models asks no model anything"},
      {"{kind: models, expect: {regex: x}}", 20, "expect: kind models asks no model anything"},
      {"{models: [m], interval: 0s}", 29, "interval: must be from 1s"},
      {"{models: [m], interval: soon}", 29, "interval: must be a duration"},
      {"{models: [m], interval: 1s1m}", 29, "interval: must be a duration"},
      {"{models: [m], interval: 99999999999s}", 29, "interval: must be a duration"},
      {"{models: [m], prompt: \"\"}", 27, "prompt: is empty"},
      {"{models: [m], prompt: \"a\\u0007\"}", 27, "prompt: contains a control character"},
      {"{models: [m], max_output_tokens: 0}", 38,
       "0 is below the minimum of type vllm, which is 1"},
      {"{models: [m], max_output_tokens: 40000}", 38, "must be a whole number from 0 to 32768"},
      {"{kind: speed, models: [m], max_output_tokens: 31}", 51,
       "31 is below the minimum of kind speed, which is 32"},
      {"{models: [m], token_field: max_token}", 32, "did you mean \"max_tokens\"?"},
      {"{models: [m], reasoning_effort: 3}", 37, "must be text, here a number"},
      {"{models: [m], reasoning_effort: very high}", 37, "must be one word"},
      {"{models: [m], expect: pong}", 27, "expect: must be a mapping of keys, here text"},
      {"{models: [m], expect: {}}", 27, "regex: missing"},
      {"{models: [m], expect: {regex: \"(\"}}", 35,
       "regex: not a regular expression (RE2 syntax): missing ): ("},
      {"{models: [m], expect: {regexp: a, regex: b}}", 28, "did you mean \"regex\"?"},
      {"{models: [m], thresholds: {ttft: 0s}}", 38, "ttft: must be from 1ms"},
      {"{models: [m], thresholds: {ttft: 3}}", 38, "\"3\" has no unit; did you mean \"3s\"?"},
      {"{models: [m], thresholds: {throughput: 0}}", 44, "throughput: must be a number above 0"},
      {"{models: [m], thresholds: {tps: 1}}", 32, "unknown key"},
      {"{kind: completion, models: [m], thresholds: {ttft: 1s}}", 37,
       "thresholds: only kinds stream and speed have them"},
      {"{models: [m], timeout: {connect: 61s}}", 38, "connect: 1m1s is longer than total"},
      {"{models: [m], confirm: 1}", 28, "confirm: must be true or false"},
      {"{models: [m], breaker: 5m}", 28, "breaker: must be true, false or {after, failures,"},
      {"{models: [m], breaker: [5m]}", 28, "breaker: must be a mapping of keys, here a list"},
      {"{models: [m], breaker: {for: 5m}}", 29, "unknown key"},
      {"{models: [m], breaker: {after: 2d}}", 36, "after: must be from 0s to 1d"},
      {"{models: [m], breaker: {failures: 0}}", 39, "must be a whole number from 1 to 1000"},
      {"{models: [m], breaker: {max_interval: 0}}", 43, "max_interval: must be from 1s to 1d"},
      {"{models: [m], breaker: {successes: 1001}}", 40, "must be a whole number from 1 to 1000"},
      {"{kind: key, models: [m]}", 17, "models: kind key asks no model anything; remove it"},
      {"{kind: key, prompt: x}", 17, "prompt: kind key asks no model anything; remove it"},
      {"{models: [m], price: {}}", 26, "price: give input, output, cached_input (US dollars per"},
      {"{models: [m], price: {input: -1}}", 34, "input: must be a number from 0 to 1000000"},
      {"{models: [m], price: {output: .nan}}", 35, "output: must be a number from 0 to 1000000"},
      {"{models: [m], price: {cached_input: 1e7}}", 41, "cached_input: must be a number from 0"},
      {"{models: [m], price: {context_window: 0}}", 43, "must be a whole number from 1 to"},
      {"{models: [m], price: {inputs: 1}}", 27, "did you mean \"input\"?"},
      {"{models: [m], price: 1}", 26, "price: must be a mapping of keys, here a number"},
      {"{kind: models, price: {input: 1}}", 20, "price: kind models asks no model anything"},
      {"{kind: served, models: [m]}", 12, "kind: only type huggingface tells who serves a model"},
      {"{models: [m], connection: warm}", 31, "\"warm\" is unknown; must be one of: cold, reuse"},
      {"{models: [m], name: x}", 19, "unknown key"},
  };
  for (const auto& c : cases) {
    expect_only(
        std::string("providers:\n- name: p\n  type: vllm\n  api_key: {env: K}\n  probes:\n  - "
                    "{models: [taken], interval: 5s}\n  - ") +
            c.line + "\n",
        "7:" + std::to_string(c.column), c.message);
  }
}

TEST(ConfigErrors, ProbesOfTypes) {
  const struct {
    const char* provider;
    const char* probe;
    int column;
    const char* message;
  } cases[] = {
      {"type: huggingface\n  api_key: {env: K}", "{kind: key}", 19,
       "kind: type huggingface has no request that tests the key; use kind completion"},
      {"type: llamacpp\n  api_key: {env: K}", "{kind: key}", 19, "type llamacpp has no request"},
      {"type: vllm\n  max_concurrent: 1", "{kind: key}", 19,
       "kind: there is no key to test; give the provider an api_key"},
      {"type: huggingface\n  api_key: {env: K}", "{kind: served}", 12, "models: missing; name at"},
      {"type: huggingface\n  api_key: {env: K}", "{kind: served, models: [m], prompt: x}", 40,
       "prompt: kind served asks no model anything; remove it"},
      {"type: openai\n  api_key: {env: K}\n  dialect: openai-responses",
       "{models: [m], max_output_tokens: 15}", 45,
       "15 is below the minimum of dialect openai-responses, which is 16"},
      {"type: openai\n  api_key: {env: K}\n  dialect: openai-responses",
       "{models: [m], token_field: max_tokens}", 39,
       "token_field: \"max_tokens\" is unknown; must be one of: max_output_tokens"},
      {"type: gemini\n  api_key: {env: K}", "{models: [m], token_field: max_tokens}", 39,
       "\"max_tokens\" is unknown; must be one of: maxOutputTokens"},
  };
  for (const auto& c : cases) {
    const auto yaml =
        std::string("providers:\n- name: p\n  ") + c.provider + "\n  probes: [" + c.probe + "]\n";
    const auto line = std::count(yaml.begin(), yaml.end(), '\n');
    expect_only(yaml, std::to_string(line) + ":" + std::to_string(c.column), c.message);
  }
}

TEST(ConfigErrors, AllAtOnceInFileOrder) {
  const auto config = parse_config(
      "global:\n"
      "  interval: 60\n"
      "failover:\n"
      "- {name: chat, targets: [p/none]}\n"
      "providers:\n"
      "- name: p\n"
      "  type: opena\n"
      "  api_key: hunter2\n"
      "  probes:\n"
      "  - {kind: stream, models: [a b], intervall: 5s, timeout: {connect: x}}\n"
      "colour: red\n",
      "dir/test.yml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(
      all_lines(config.error()),
      "dir/test.yml:2:13: interval: \"60\" has no unit; did you mean \"60s\"?\n"
      "dir/test.yml:4:26: targets: no target \"p/none\"; a target is called provider/model\n"
      "dir/test.yml:7:9: type: \"opena\" is unknown; did you mean \"openai\"?\n"
      "dir/test.yml:8:12: api_key: a secret must not stand in the file; write {env: NAME}, "
      "{file: PATH} or {command: [PROGRAM, ARGUMENT, …]}\n"
      "dir/test.yml:10:29: models: \"a b\" must be 1 to 256 of the characters A-Z a-z 0-9 . _ "
      ": @ / + ~ -\n"
      "dir/test.yml:10:35: \"intervall\": unknown key; did you mean \"interval\"?\n"
      "dir/test.yml:10:69: connect: must be a duration such as 30s, 5m, 1h30m or 250ms, here "
      "\"x\"\n"
      "dir/test.yml:11:1: \"colour\": unknown key; known here: global, budget, prices, "
      "canary, providers, failover, simulator\n");
}

TEST(ConfigErrors, ManyErrorsAreCutShort) {
  std::string yaml = "{";
  for (int i = 0; i < 1'000; ++i) yaml += "key" + std::to_string(i) + ": 1,\n";
  const auto config = parse_config(yaml + kGood.substr(0, 10) + ": []}", "test.yml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().size(), 201u);
  EXPECT_EQ(to_string(config.error().back()),
            "test.yml: more than 200 errors, the rest is not shown");
}

TEST(ConfigErrors, FilesThatCannotBeRead) {
  const auto folder = std::filesystem::path(testing::TempDir());
  const auto big = folder / "big.yml";
  std::ofstream(big) << std::string(kMaxConfigBytes + 1, '#');
  const std::pair<std::string, const char*> cases[] = {
      {folder / "none.yml", "cannot read the configuration: No such file or directory"},
      {folder, "cannot read the configuration: is a directory, not a file"},
      {"/dev/null", "cannot read the configuration: is not a regular file"},
      {big, "larger than 4 MiB"},
  };
  for (const auto& [path, message] : cases) {
    const auto config = load_config_file(path);
    ASSERT_FALSE(config.ok()) << path;
    EXPECT_THAT(all_lines(config.error()), HasSubstr(message));
    EXPECT_THAT(all_lines(config.error()), testing::StartsWith(path));
  }
}

}  // namespace
}  // namespace llm
