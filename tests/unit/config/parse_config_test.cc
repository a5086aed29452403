// What a correct configuration means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <filesystem>
#include <functional>

#include "config/config.h"
#include "unit/config/config_test.h"

namespace llm {
namespace {

// Design §5, word for word.
constexpr std::string_view kDesign = R"(global:
  interval: 60s
  timeout: {connect: 5s, first_token: 20s, idle: 10s, total: 60s}
  vantage: eu-west-1             # for logs, API and llm_exporter_info
budget: {usd_per_day: 1.00, tokens_per_day: 200000}
prices: {file: model_prices_and_context_window.json}   # LiteLLM's format
providers:
  - name: openai
    type: openai
    api_key: {env: OPENAI_API_KEY}          # or {file: …}, re-read when it changes, or {command: [vault, kv, get, …]}; never inline
    probes:
      - {kind: models, interval: 30s}
      - kind: stream
        models: [gpt-4o-mini, gpt-4o, o3]
        prompt: "Reply with the single word pong."
        max_output_tokens: 16
        expect: {regex: "(?i)pong"}          # RE2 syntax (libre2), as in Prometheus
  - name: claude
    type: anthropic
    api_key: {file: /run/secrets/anthropic}
    probes: [{kind: stream, models: [claude-sonnet-4-6]}]
  - name: local
    type: vllm
    base_url: http://127.0.0.1:8000/v1
    probes: [{kind: stream, models: [my-model], connection: reuse}]
failover:
  - {name: chat, targets: [openai/gpt-4o, claude/claude-sonnet-4-6, local/my-model]}
)";

TEST(ParseConfig, DesignExample) {
  const auto prices = write_file("model_prices_and_context_window.json", "{}");
  const auto file = std::filesystem::path(prices).parent_path() / "test.yml";
  const auto parsed = parse_config(kDesign, file);
  ASSERT_TRUE(parsed.ok()) << all_lines(parsed.error());
  const auto& config = *parsed;
  std::vector<std::string> names;
  for (const auto& target : config.targets) names.push_back(target->name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"openai/models", "openai/gpt-4o-mini", "openai/gpt-4o",
                                      "openai/o3", "claude/claude-sonnet-4-6", "local/my-model"}));
  EXPECT_EQ(config.vantage, "eu-west-1");
  EXPECT_EQ(config.targets[0]->kind, Kind::models);
  EXPECT_EQ(config.targets[0]->interval, Millis(30'000));
  EXPECT_EQ(config.targets[1]->interval, Millis(60'000));
  EXPECT_EQ(config.targets[1]->token_field, "max_completion_tokens");
  ASSERT_TRUE(config.targets[1]->expect);
  EXPECT_TRUE(re2::RE2::PartialMatch("Pong!", *config.targets[1]->expect->regex));
  EXPECT_EQ(config.targets[4]->token_field, "max_tokens");
  EXPECT_EQ(config.targets[4]->max_output_tokens, 64u) << "Claude may think first";
  EXPECT_EQ(config.targets[5]->connection, Connection::reuse);
  EXPECT_EQ(config.targets[5]->provider, config.providers[2]);
  EXPECT_EQ(config.providers[2]->api_key, std::nullopt);
  ASSERT_EQ(config.failover.size(), 1u);
  EXPECT_EQ(config.failover[0].targets.size(), 3u);
  EXPECT_EQ(config.failover[0].dwell, Millis(300'000));
  EXPECT_EQ(config.failover[0].max_ttft, std::nullopt);
  EXPECT_EQ(config.budget, (DailyBudget{1.0, 200'000}));
  EXPECT_EQ(config.budget_state_file, file.parent_path() / "llm_exporter_budget.json");
  EXPECT_EQ(config.prices_file, prices);
  EXPECT_EQ(config.warnings, std::vector<std::string>{});
}

TEST(ParseConfig, AGroupOfOneIsAWarning) {
  const auto config = must_parse(
      "providers:\n- {name: p, type: vllm, probes: [{models: [m]}]}\n"
      "failover: [{name: chat, targets: [p/m], dwell: 10m, max_ttft: 2500ms}]\n");
  ASSERT_EQ(config.warnings.size(), 1u);
  EXPECT_THAT(config.warnings[0], testing::HasSubstr("targets: a group of one target has nothing"));
  EXPECT_EQ(config.failover[0].dwell, Millis(600'000));
  EXPECT_EQ(config.failover[0].max_ttft, Millis(2'500));
}

TEST(ParseConfig, ExampleFileParsesWithoutWarning) {
  const auto config = load_config_file(LLM_SOURCE_DIR "/config/llm_exporter.example.yml");
  ASSERT_TRUE(config.ok()) << to_string(config.error().front());
  EXPECT_EQ(config->warnings, std::vector<std::string>{});
  EXPECT_EQ(config->providers.size(), 5u);
}

// Its blocks that are switched off are as right as the others.
TEST(ParseConfig, ExampleFileParsesWithEveryBlockOn) {
  std::ifstream file(LLM_SOURCE_DIR "/config/llm_exporter.example.yml");
  std::string yaml;
  bool off = false, canary = false;
  for (std::string line; std::getline(file, line);) {
    off |= line.find("is switched off") != std::string::npos;
    if (off && line.starts_with("  # ")) line.erase(2, 2);
    canary = line == "# canary:" || (canary && !line.empty());
    if (canary) line.erase(0, 2);
    if (line.find("switched off") == std::string::npos) yaml += line + "\n";
  }
  const auto config = parse_config(yaml, LLM_SOURCE_DIR "/config/llm_exporter.example.yml");
  ASSERT_TRUE(config.ok()) << all_lines(config.error());
  EXPECT_EQ(config->warnings, std::vector<std::string>{});
  EXPECT_EQ(config->providers.size(), 14u);
  EXPECT_EQ(config->canary.checks.size(), 3u);
}

// One line of a probe (of the provider `p`, type openai) and what it makes of the target.
struct ProbeCase {
  const char* probe;
  std::function<bool(const Target&)> holds;
};

TEST(ParseConfig, Probes) {
  const ProbeCase cases[] = {
      {"{models: [m]}", [](auto& t) { return t.kind == Kind::stream && t.name == "p/m"; }},
      {"{kind: models}", [](auto& t) { return t.name == "p/models" && t.model.empty(); }},
      {"{kind: completion, models: [m]}", [](auto& t) { return t.name == "p/m/completion"; }},
      {"{kind: speed, models: [a/b:c]}", [](auto& t) { return t.name == "p/a/b:c/speed"; }},
      {"{kind: speed, models: [m]}",
       [](auto& t) { return t.interval == Millis(600'000) && t.max_output_tokens == 128; }},
      {"{kind: speed, models: [m], interval: 1h30m}",
       [](auto& t) { return t.interval == Millis(5'400'000); }},
      {"{models: [m]}",
       [](auto& t) { return t.interval == Millis(90'000) && t.max_output_tokens == 16; }},
      {"{models: [m]}", [](auto& t) { return t.prompt == "Reply with the single word pong."; }},
      {"{models: [m], interval: \"1s\"}", [](auto& t) { return t.interval == Millis(1'000); }},
      {"{models: [m], reasoning_effort: low}",
       [](auto& t) { return t.max_output_tokens == 64 && t.reasoning_effort == "low"; }},
      {"{models: [m], reasoning_effort: low, max_output_tokens: 20}",
       [](auto& t) { return t.max_output_tokens == 20; }},
      {"{models: [m], max_output_tokens: 1}", [](auto& t) { return t.max_output_tokens == 1; }},
      {"{models: [m], token_field: max_tokens}",
       [](auto& t) { return t.token_field == "max_tokens"; }},
      {"{models: [m], thresholds: {ttft: 1s500ms}}",
       [](auto& t) { return t.ttft_threshold_seconds == 1.5 && !t.throughput_threshold; }},
      {"{models: [m], thresholds: {throughput: 12.5}}",
       [](auto& t) { return t.ttft_threshold_seconds == 3 && t.throughput_threshold == 12.5; }},
      {"{models: [m]}", [](auto& t) { return t.connection == Connection::cold; }},
      {"{kind: key}",
       [](auto& t) { return t.name == "p/key" && t.model.empty() && t.prompt.empty(); }},
      {"{models: [m]}", [](auto& t) { return !t.price.any(); }},
      {"{models: [m], price: {input: 0, output: 1.5, cached_input: 0.25, context_window: 128000}}",
       [](auto& t) {
         return t.price == PriceOverride{0.0, 1.5, 0.25, 128'000};
       }},
      {"{models: [m], price: {output: 2}}",
       [](auto& t) { return !t.price.input && t.price.output == 2.0; }},
      {"{models: [m]}", [](auto& t) { return t.confirm && t.breaker == BreakerSettings{}; }},
      {"{models: [m], confirm: false}", [](auto& t) { return !t.confirm; }},
      {"{models: [m], breaker: false}", [](auto& t) { return !t.breaker; }},
      {"{models: [m], breaker: true}", [](auto& t) { return t.breaker == BreakerSettings{}; }},
      {"{models: [m], breaker: {after: 0, failures: 1, max_interval: 1d, successes: 2}}",
       [](auto& t) {
         return t.breaker == BreakerSettings{Millis(0), 1, Millis(86'400'000), 2};
       }},
      {"{models: [m], prompt: \"a\\nb\"}", [](auto& t) { return t.prompt == "a\nb"; }},
      // The global total of 30 s is longer than nothing that was not written here.
      {"{models: [m]}",
       [](auto& t) {
         return t.timeout ==
                Timeouts{Millis(2'000), Millis(20'000), Millis(10'000), Millis(30'000)};
       }},
      {"{models: [m], timeout: {idle: 1s}}",
       [](auto& t) {
         return t.timeout == Timeouts{Millis(2'000), Millis(20'000), Millis(1'000), Millis(30'000)};
       }},
      {"{models: [m], timeout: {total: 1500ms}}",
       [](auto& t) {
         return t.timeout == Timeouts{Millis(1'500), Millis(1'500), Millis(1'500), Millis(1'500)};
       }},
      {"{models: [m], timeout: {first_token: 1m, total: 2m}}",
       [](auto& t) {
         return t.timeout ==
                Timeouts{Millis(2'000), Millis(60'000), Millis(10'000), Millis(120'000)};
       }},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.probe);
    const auto config = must_parse(std::string("global: {interval: 90s, timeout: {connect: 2s, "
                                               "total: 30s}}\nproviders:\n- name: p\n  type: "
                                               "openai\n  api_key: {env: K}\n  probes: [") +
                                   c.probe + "]\n");
    ASSERT_EQ(config.targets.size(), 1u);
    EXPECT_TRUE(c.holds(*config.targets[0]));
  }
}

// What `global` says, what a probe says over it, and whether both hold.
TEST(ParseConfig, ConfirmationAndBreakerAreInheritedKeyByKey) {
  struct Case {
    const char *global, *probe;
    bool confirm;
    std::optional<BreakerSettings> breaker;
  };
  const BreakerSettings slow{Millis(600'000), 5, Millis(1'800'000), 3};
  const Case cases[] = {
      {"confirm: false", "", false, BreakerSettings{}},
      {"confirm: false", "confirm: true", true, BreakerSettings{}},
      {"breaker: false", "", true, std::nullopt},
      {"breaker: false", "breaker: true", true, BreakerSettings{}},
      {"breaker: false", "breaker: {after: 10m}", true, slow},
      {"breaker: {after: 10m}", "", true, slow},
      {"breaker: {after: 10m}", "breaker: true", true, slow},
      {"breaker: {after: 10m}", "breaker: false", true, std::nullopt},
      {"breaker: {after: 10m}", "breaker: {successes: 9}", true,
       BreakerSettings{Millis(600'000), 5, Millis(1'800'000), 9}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.global) + " / " + c.probe);
    const auto config = must_parse("global: {" + std::string(c.global) +
                                   "}\nproviders:\n- {name: p, type: ollama, probes: [{models: "
                                   "[m], " +
                                   c.probe + "}]}\n");
    ASSERT_EQ(config.targets.size(), 1u);
    EXPECT_EQ(config.targets[0]->confirm, c.confirm);
    EXPECT_EQ(config.targets[0]->breaker, c.breaker);
  }
}

// Lines of a provider beside name, type openai-compatible, base_url and probes.
struct ProviderCase {
  const char* lines;
  std::function<bool(const Provider&)> holds;
};

TEST(ParseConfig, Providers) {
  const ProviderCase cases[] = {
      {"", [](auto& p) { return p.dialect == "openai-chat" && p.max_concurrent == 8; }},
      {"", [](auto& p) { return p.base_url == "http://h:1/v1" && p.proxy_url.empty(); }},
      {"dialect: anthropic-messages", [](auto& p) { return p.dialect == "anthropic-messages"; }},
      {"api_key: {env: K}", [](auto& p) { return p.api_key->name == "K"; }},
      {"api_key: {file: key.txt}",
       [](auto& p) {
         return p.api_key->from == SecretSource::From::file &&
                p.api_key->name == std::filesystem::current_path() / "key.txt";
       }},
      {"api_key: {file: /a/../b}", [](auto& p) { return p.api_key->name == "/b"; }},
      {"api_key: {command: [vault, \"1\"]}",
       [](auto& p) {
         return p.api_key->command == std::vector<std::string>{"vault", "1"};
       }},
      {"headers: {X-A: b c, Authorization: {env: H}}",
       [](auto& p) {
         return p.headers.size() == 2 && p.headers[0] == Header{"X-A", "b c", {}} &&
                p.headers[1].secret->name == "H" && p.headers[1].value.empty();
       }},
      {"extra_body: {a: 1, b: [true, null, \"1\", x, 0.5, 0x10], c: {d: yes}}",
       [](auto& p) {
         return p.extra_body == R"({"a":1,"b":[true,null,"1","x",0.5,"0x10"],"c":{"d":"yes"}})";
       }},
      {"proxy_url: env", [](auto& p) { return p.proxy_url == "env"; }},
      {"proxy_url: socks5h://proxy:1080",
       [](auto& p) { return p.proxy_url == "socks5h://proxy:1080"; }},
      {"http_version: 2", [](auto& p) { return p.http_version == HttpVersion::http2; }},
      {"http_version: 1.1", [](auto& p) { return p.http_version == HttpVersion::http1; }},
      {"http_version: \"2\"", [](auto& p) { return p.http_version == HttpVersion::http2; }},
      {"labels: {team: a, region: \"1\"}",
       [](auto& p) {
         return p.labels == std::map<std::string, std::string>{{"team", "a"}, {"region", "1"}};
       }},
      {"max_concurrent: 3", [](auto& p) { return p.max_concurrent == 3; }},
      {"tls: {server_name: n}", [](auto& p) { return p.tls.server_name == "n"; }},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.lines);
    const auto config =
        must_parse(std::string("providers:\n- name: p\n  type: openai-compatible\n  base_url: "
                               "http://h:1/v1/\n  probes: [{kind: models}]\n  ") +
                   c.lines + "\n");
    ASSERT_EQ(config.providers.size(), 1u);
    EXPECT_TRUE(c.holds(*config.providers[0]));
  }
}

// All lines of the provider `p` but name and probes, and what they make of it.
TEST(ParseConfig, Types) {
  const ProviderCase cases[] = {
      {"type: openai\n  api_key: {env: K}",
       [](auto& p) {
         return p.status_page.system == StatusSystem::statuspage &&
                p.status_page.url == "https://status.openai.com/api/v2/summary.json" &&
                p.status_page.interval == Millis(180'000) && !p.status_page.components.empty() &&
                p.account == Account{} && !p.budget.any();
       }},
      // Public pages say nothing of a simulator, and must not be asked because of one.
      {"type: openai\n  base_url: http://127.0.0.1:1/v1",
       [](auto& p) { return p.status_page == StatusPage{}; }},
      {"type: openai\n  base_url: https://api.openai.com/v1/\n  api_key: {env: K}",
       [](auto& p) { return p.status_page.system == StatusSystem::statuspage; }},
      {"type: openai\n  base_url: http://127.0.0.1:1/v1\n  status_page: true",
       [](auto& p) { return p.status_page.url.starts_with("https://status.openai.com/"); }},
      {"type: openai\n  api_key: {env: K}\n  status_page: false",
       [](auto& p) { return p.status_page == StatusPage{}; }},
      {"type: openai\n  api_key: {env: K}\n  status_page: {interval: 10m}",
       [](auto& p) {
         return p.status_page.interval == Millis(600'000) &&
                p.status_page.url == "https://status.openai.com/api/v2/summary.json";
       }},
      {"type: openai\n  api_key: {env: K}\n  status_page: {url: \"http://localhost:1/s\", "
       "components: [API, \"Chat*\"], interval: 1s}",
       [](auto& p) {
         return p.status_page.system == StatusSystem::statuspage &&
                p.status_page.url == "http://localhost:1/s" &&
                p.status_page.interval == Millis(1'000) &&
                p.status_page.components == std::vector<std::string>{"API", "Chat*"};
       }},
      {"type: openai\n  api_key: {env: K}\n  status_page: {system: rss, url: \"http://s/feed\"}",
       [](auto& p) {
         return p.status_page.system == StatusSystem::rss && p.status_page.components.empty();
       }},
      {"type: vllm", [](auto& p) { return p.status_page == StatusPage{}; }},
      {"type: vllm\n  status_page: {system: statuspage, url: \"https://s/summary.json\"}",
       [](auto& p) { return p.status_page.system == StatusSystem::statuspage; }},
      {"type: openai\n  api_key: {env: K}\n  account: {admin_key: {env: A}}",
       [](auto& p) {
         return p.account.api == AccountApi::openai && p.account.admin_key->name == "A" &&
                p.account.url == "https://api.openai.com/v1" &&
                p.account.interval == Millis(900'000);
       }},
      {"type: openrouter\n  api_key: {env: K}\n  account: true",
       [](auto& p) {
         return p.account.api == AccountApi::openrouter && !p.account.admin_key &&
                p.account.url == "https://openrouter.ai/api/v1";
       }},
      {"type: openrouter\n  api_key: {env: K}\n  account: {admin_key: {env: M}}",
       [](auto& p) { return p.account.admin_key->name == "M"; }},
      {"type: deepseek\n  api_key: {env: K}\n  account: false",
       [](auto& p) { return p.account == Account{}; }},
      {"type: deepseek\n  api_key: {env: K}\n  base_url: http://127.0.0.1:1\n  account: {interval: "
       "1s}",
       [](auto& p) {
         return p.account.url == "http://127.0.0.1:1" && p.account.interval == Millis(1'000);
       }},
      {"type: openai\n  base_url: https://gw/v1\n  account: {admin_key: {env: A}, url: "
       "\"https://api.openai.com/v1\", interval: 1d}",
       [](auto& p) { return p.account.url == "https://api.openai.com/v1"; }},
      {"type: vllm\n  budget: {tokens_per_day: 5000000000}",
       [](auto& p) {
         return p.budget == DailyBudget{std::nullopt, 5'000'000'000};
       }},
      {"type: huggingface\n  api_key: {env: K}",
       [](auto& p) { return p.catalog_url == "https://huggingface.co"; }},
      {"type: huggingface\n  base_url: http://127.0.0.1:1/v1",
       [](auto& p) { return p.catalog_url == "https://huggingface.co"; }},
      {"type: huggingface\n  base_url: http://127.0.0.1:1/v1\n  catalog_url: http://127.0.0.1:2/",
       [](auto& p) { return p.catalog_url == "http://127.0.0.1:2"; }},
      {"type: bedrock\n  region: eu-west-1\n  aws: {access_key_id: {env: I}, secret_access_key: "
       "{env: S}, session_token: {env: T}}",
       [](auto& p) {
         return p.base_url == "https://bedrock-runtime.eu-west-1.amazonaws.com" &&
                p.catalog_url == "https://bedrock.eu-west-1.amazonaws.com" &&
                p.models_path == "/foundation-models" && p.region == "eu-west-1" &&
                p.aws.access_key_id->name == "I" && p.aws.secret_access_key->name == "S" &&
                p.aws.session_token->name == "T" && !p.aws.credentials &&
                p.status_page.components == std::vector<std::string>{"bedrock-eu-west-1"};
       }},
      {"type: bedrock\n  region: us-east-1\n  aws: {credentials: {command: [aws]}}",
       [](auto& p) { return p.aws.credentials->command.front() == "aws"; }},
      {"type: bedrock\n  base_url: http://127.0.0.1:1\n  api_key: {env: K}",
       [](auto& p) { return p.catalog_url.empty() && p.region.empty(); }},
      {"type: bedrock\n  dialect: openai-chat\n  region: us-east-1\n  api_key: {env: K}",
       [](auto& p) {
         return p.base_url == "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1" &&
                p.catalog_url.empty() && p.models_path == "/models";
       }},
      {"type: vertex\n  region: us-central1\n  project: my-project\n  service_account: {file: /k}",
       [](auto& p) {
         return p.base_url == "https://us-central1-aiplatform.googleapis.com/v1" &&
                p.project == "my-project" && p.service_account->name == "/k";
       }},
      {"type: vertex\n  region: global\n  api_key: {env: K}",
       [](auto& p) { return p.base_url == "https://aiplatform.googleapis.com/v1"; }},
      {"type: gemini\n  api_key: {env: K}",
       [](auto& p) { return p.dialect == "gemini" && p.models_path.starts_with("/models"); }},
      {"type: azure\n  api_key: {env: K}\n  base_url: https://r.openai.azure.com/openai/v1/",
       [](auto& p) { return p.api_version.empty() && p.status_page == StatusPage{}; }},
      {"type: azure\n  base_url: https://r.openai.azure.com/openai\n  api_version: "
       "2025-04-01-preview",
       [](auto& p) { return p.api_version == "2025-04-01-preview"; }},
      {"type: azure\n  base_url: http://127.0.0.1:1/azure",
       [](auto& p) { return p.base_url == "http://127.0.0.1:1/azure"; }},
      {"type: ollama",
       [](auto& p) {
         return p.dialect == "ollama" && p.base_url == "http://127.0.0.1:11434" &&
                p.models_path == "/api/tags";
       }},
      {"type: ollama\n  dialect: openai-chat",
       [](auto& p) {
         return p.base_url == "http://127.0.0.1:11434/v1" && p.models_path == "/models";
       }},
      {"type: ollama\n  dialect: openai-chat\n  base_url: http://h/v1",
       [](auto& p) { return p.models_path == "/models"; }},
      {"type: ollama\n  base_url: http://h:11434/v1/",  // the address says which dialect is meant
       [](auto& p) { return p.dialect == "openai-chat" && p.models_path == "/models"; }},
      {"type: bedrock\n  region: us-east-1\n  api_key: {env: K}\n  base_url: http://h/openai/v1",
       [](auto& p) { return p.dialect == "openai-chat" && p.models_path == "/models"; }},
      {"type: cohere\n  base_url: http://h/v2",
       [](auto& p) { return p.base_url == "http://h" && p.models_path.starts_with("/v1/models"); }},
      {"type: perplexity\n  api_key: {env: K}\n  dialect: openai-responses",
       [](auto& p) { return p.models_path == "/router/v1/models"; }},
      {"type: openai-compatible\n  base_url: http://h\n  dialect: cohere-v2",
       [](auto& p) { return p.models_path == "/v1/models"; }},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.lines);
    const auto config = must_parse(
        std::string("providers:\n- name: p\n  probes: [{kind: models}]\n  ") + c.lines + "\n");
    ASSERT_EQ(config.providers.size(), 1u);
    EXPECT_TRUE(c.holds(*config.providers[0]));
  }
}

TEST(ParseConfig, WhatDialectsSayOfTheirTokens) {
  const struct {
    const char* provider;
    const char* probe;
    const char* field;
    std::uint32_t tokens;
  } cases[] = {
      {"type: openai, api_key: {env: K}", "models: [m]", "max_completion_tokens", 16},
      {"type: openai, api_key: {env: K}, dialect: openai-responses", "models: [m]",
       "max_output_tokens", 16},
      {"type: deepseek, api_key: {env: K}, dialect: anthropic-messages", "models: [m]",
       "max_tokens", 64},
      {"type: bedrock, region: us-east-1, api_key: {env: K}", "models: [m]", "maxTokens", 16},
      {"type: bedrock, region: us-east-1, api_key: {env: K}, dialect: openai-chat", "models: [m]",
       "max_tokens", 16},
      {"type: ollama", "models: [m]", "num_predict", 16},
      {"type: ollama, dialect: openai-chat", "models: [m], token_field: max_completion_tokens",
       "max_completion_tokens", 16},
      {"type: cohere, api_key: {env: K}", "kind: speed, models: [m]", "max_tokens", 128},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.provider);
    const auto config = must_parse(std::string("providers: [{name: p, ") + c.provider +
                                   ", probes: [{" + c.probe + "}]}]");
    ASSERT_EQ(config.targets.size(), 1u);
    EXPECT_EQ(config.targets[0]->token_field, c.field);
    EXPECT_EQ(config.targets[0]->max_output_tokens, c.tokens);
  }
}

TEST(ParseConfig, KindsThatGenerateNothing) {
  const auto config = must_parse(
      "providers:\n"
      "- {name: openrouter, type: openrouter, api_key: {env: K}, probes: [{kind: key}]}\n"
      "- {name: hf, type: huggingface, api_key: {env: K}, probes: [{kind: served, models: "
      "[openai/gpt-oss-20b]}]}\n");
  ASSERT_EQ(config.targets.size(), 2u);
  EXPECT_EQ(config.targets[0]->name, "openrouter/key");
  EXPECT_EQ(config.targets[0]->kind, Kind::key);
  EXPECT_EQ(config.targets[1]->name, "hf/openai/gpt-oss-20b/served");
  EXPECT_EQ(config.targets[1]->kind, Kind::served);
  EXPECT_EQ(config.targets[1]->model, "openai/gpt-oss-20b");
  EXPECT_EQ(config.targets[1]->prompt, "");
}

TEST(ParseConfig, BudgetRemembersWhereItSays) {
  const std::string providers =
      "providers: [{name: p, type: vllm, BUDGET probes: [{models: [m]}]}]\n";
  const auto with = [&](const std::string& budget) {
    auto text = providers;
    return text.replace(text.find("BUDGET"), 6, budget);
  };
  const auto here = std::filesystem::current_path();
  const std::pair<std::string, std::string> cases[] = {
      {with(""), ""},
      {"budget: {state_file: b.json}\n" + with(""), ""},
      {"budget: {usd_per_day: 1}\n" + with(""), here / "llm_exporter_budget.json"},
      {with("budget: {usd_per_day: 1},"), here / "llm_exporter_budget.json"},
      {"budget: {state_file: b.json}\n" + with("budget: {usd_per_day: 1},"), here / "b.json"},
      {"budget: {usd_per_day: 1, state_file: /tmp/b.json}\n" + with(""), "/tmp/b.json"},
  };
  for (const auto& [yaml, path] : cases) {
    EXPECT_EQ(must_parse(yaml).budget_state_file, path) << yaml;
  }
}

TEST(ParseConfig, PathsStartAtTheFolderOfTheFile) {
  const auto config = parse_config(
      "providers: [{name: p, type: openai, api_key: {file: ../key}, probes: [{kind: models}]}]",
      "/etc/llm/exporter.yml");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->providers[0]->api_key->name, "/etc/key");
}

TEST(ParseConfig, GroqHasAThresholdOfSpeed) {
  const auto config = must_parse(
      "providers: [{name: g, type: groq, api_key: {env: K}, probes: [{kind: speed, models: [m]}, "
      "{kind: completion, models: [m]}]}]");
  EXPECT_EQ(config.targets[0]->throughput_threshold, 100);
  EXPECT_EQ(config.targets[1]->throughput_threshold, std::nullopt);
}

TEST(ParseConfig, AnchorsAndAliasesAreFollowed) {
  const auto config = must_parse(
      "providers:\n"
      "- {name: a, type: vllm, probes: &probes [{models: [m], interval: 5s}]}\n"
      "- {name: b, type: vllm, probes: *probes}\n");
  ASSERT_EQ(config.targets.size(), 2u);
  EXPECT_EQ(config.targets[1]->name, "b/m");
  EXPECT_EQ(config.targets[1]->interval, Millis(5'000));
}

TEST(ParseConfig, ByteOrderMarkAndWindowsLineEnds) {
  const auto config = must_parse(
      "\xEF\xBB\xBFproviders:\r\n- name: a\r\n  type: vllm\r\n  probes: [{models: [m]}]\r\n");
  EXPECT_EQ(config.targets[0]->name, "a/m");
}

TEST(ParseConfig, PlacesOfSecretsAreNoPartOfTheirIdentity) {
  const auto a = must_parse(
      "providers: [{name: p, type: openai, api_key: {env: K}, probes: [{models: [m]}]}]");
  const auto b = must_parse(
      "# moved\nproviders: [{name: p, type: openai, api_key: {env: K}, probes: [{models: [m]}]}]");
  EXPECT_EQ(*a.targets[0], *b.targets[0]);
}

TEST(ParseConfig, SimulatorSectionIsTextWithItsLine) {
  struct Case {
    const char* yaml;
    int line;
    const char* text;
  };
  const Case cases[] = {
      {"simulator:\n  listen: a\n  x: [1]\nproviders: [{name: a, type: vllm, probes: [{models: "
       "[m]}]}]\n",
       2, "  listen: a\n  x: [1]\n"},
      {"providers: [{name: a, type: vllm, probes: [{models: [m]}]}]\n# c\nsimulator: {a: b}\n", 3,
       "           {a: b}\n"},
      {"\xEF\xBB\xBFsimulator: {a: b}\nproviders: [{name: a, type: vllm, probes: [{models: [m]}]}]",
       1, "           {a: b}\n"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.yaml);
    const auto config = must_parse(c.yaml);
    EXPECT_EQ(config.simulator_line, c.line);
    EXPECT_EQ(config.simulator, c.text);
  }
}

}  // namespace
}  // namespace llm
