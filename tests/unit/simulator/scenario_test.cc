#include "simulator/scenario.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace llm::sim {
namespace {

using namespace std::chrono_literals;

std::string all_errors(std::string_view yaml) {
  const auto scenario = parse_scenario(yaml);
  if (scenario) return "no error";
  std::ostringstream out;
  for (const auto& e : scenario.error()) {
    out << e.line << ":" << e.column << ": " << e.message << "\n";
  }
  return out.str();
}

// A provider with one model, and one more line for each.
std::string with(std::string_view provider_line, std::string_view model_line = "") {
  std::string yaml = "providers:\n  - name: p\n    dialect: openai-chat\n";
  if (!provider_line.empty()) yaml += "    " + std::string(provider_line) + "\n";
  yaml += "    models:\n      - name: m\n";
  if (!model_line.empty()) yaml += "        " + std::string(model_line) + "\n";
  return yaml;
}
std::string with_fault(std::string_view fault) {
  return with("faults: [{" + std::string(fault) + "}]");
}

TEST(Scenario, HasDefaultsForAllButNames) {
  const auto parsed = parse_scenario(with(""));
  ASSERT_TRUE(parsed);
  const Scenario& scenario = **parsed;
  EXPECT_EQ(scenario.listen, "127.0.0.1:9878");
  EXPECT_FALSE(scenario.tls);
  const auto& provider = scenario.providers.at(0);
  EXPECT_TRUE(provider.api_keys.empty());
  EXPECT_FALSE(provider.rate_limit.requests);
  const auto& model = provider.models.at(0);
  EXPECT_EQ(model.served, std::vector<std::string>{"m"});
  EXPECT_EQ(model.ttft, 300ms);
  EXPECT_EQ(model.text, "pong");
}

TEST(Scenario, ReadsEveryKey) {
  const auto parsed = parse_scenario(R"(
listen: 127.0.0.1:0
seed: 7
accept_delay: 5ms
tls: {cert_file: c, key_file: k, client_ca_file: ca, handshake_delay: 1.5s}
providers:
  - name: claude
    dialect: anthropic-messages
    api_keys: [a, b]
    rate_limit:
      requests: {limit: 10, window: 10s}
      tokens: {limit: 1000}
      input_tokens: {limit: 800, window: 2m}
      output_tokens: {limit: 200, window: 1h}
    models:
      - {name: m, served: [m-1, m-2], drift_every: 30s, ttft: 20ms, jitter: 20%,
         tokens_per_second: 12.5, text: a b, output_tokens: 9, reasoning: true,
         reasoning_tokens: 5, reasoning_text: hm}
    faults:
      - {fault: http, status: 418, type: t, code: c, message: x, retry_after: 3s, models: [m],
         probability: 0.25, every: 2, from: 1s, to: 2s, period: 3s}
      - {fault: truncate, after_tokens: 0, cut: true, requests: [1, 2]}
)");
  ASSERT_TRUE(parsed) << parsed.error().at(0).message;
  const Scenario& s = **parsed;
  EXPECT_EQ(s.seed, 7u);
  EXPECT_EQ(s.accept_delay, 5ms);
  EXPECT_EQ(s.tls->handshake_delay, 1500ms);
  EXPECT_EQ(s.tls->client_ca_file, "ca");
  const auto& p = s.providers.at(0);
  EXPECT_EQ(p.api_keys, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(p.rate_limit.requests, (BucketSize{10, 10s}));
  EXPECT_EQ(p.rate_limit.tokens, (BucketSize{1000, 60s}));
  EXPECT_EQ(p.rate_limit.input_tokens, (BucketSize{800, 120s}));
  EXPECT_EQ(p.rate_limit.output_tokens, (BucketSize{200, 3600s}));
  const auto& m = p.models.at(0);
  EXPECT_EQ(m.served, (std::vector<std::string>{"m-1", "m-2"}));
  EXPECT_EQ(m.drift_every, 30s);
  EXPECT_EQ(m.ttft, 20ms);
  EXPECT_DOUBLE_EQ(m.jitter, 0.2);
  EXPECT_DOUBLE_EQ(m.tokens_per_second, 12.5);
  EXPECT_EQ(m.output_tokens, 9u);
  EXPECT_TRUE(m.reasoning);
  EXPECT_EQ(m.reasoning_tokens, 5u);
  EXPECT_EQ(m.reasoning_text, "hm");
  const auto& http = p.faults.at(0);
  EXPECT_EQ(http.fault.status, 418);
  EXPECT_EQ(http.fault.error, ErrorName::bad_request);
  EXPECT_EQ(http.fault.type + http.fault.code + http.fault.message, "tcx");
  EXPECT_EQ(http.fault.retry_after, 3s);
  EXPECT_DOUBLE_EQ(http.when.probability, 0.25);
  EXPECT_EQ(http.when.every, 2u);
  EXPECT_EQ(http.when.from, 1s);
  EXPECT_EQ(http.when.to, 2s);
  EXPECT_EQ(http.when.period, 3s);
  const auto& truncate = p.faults.at(1);
  EXPECT_EQ(truncate.fault.after_tokens, 0u);
  EXPECT_TRUE(truncate.fault.cut);
  EXPECT_EQ(truncate.when.requests, (std::vector<std::uint64_t>{1, 2}));
}

TEST(Scenario, NamesEachMistake) {
  const struct {
    std::string yaml;
    std::string_view error;
  } rows[] = {
      {"", "simulator: a mapping is expected here"},
      {"[]", "1:1: simulator: a mapping is expected here"},
      {"providers: [", "end of sequence flow not found"},
      {"listen: x", "1:1: providers: this key is required"},
      {"providers: []", "1:12: providers: a list of 1 to 1000 mappings is expected here"},
      {"providers: [x]", "1:13: providers[0]: a mapping is expected here"},
      {with("") + "lisen: x", "6:1: lisen: unknown key; did you mean 'listen'?"},
      {with("") + "listen: [x]", "6:9: listen: text is expected here"},
      {with("") + "seed: 1\nseed: 2", "7:1: seed: this key is given twice"},
      {with("") + "seed: -1", "6:7: seed: '-1' is not a whole number from 0 to"},
      {with("") + "accept_delay: 3 parsecs", "6:15: accept_delay: '3 parsecs' is not a duration"},
      {with("") + "accept_delay: 25h", "6:15: accept_delay: '25h' is not a duration up to 24h"},
      {with("") + "tls: {cert_file: x}", "6:6: tls.key_file: this key is required"},
      {"providers: [{dialect: openai-chat, models: [{name: m}]}]",
       "1:13: providers[0].name: this key is required"},
      {"providers: [{name: a/b, dialect: openai-chat, models: [{name: m}]}]",
       "1:20: providers[0].name: 1 to 64 letters"},
      {"providers: [{name: _sim, dialect: openai-chat, models: [{name: m}]}]",
       "1:20: providers[0].name: 1 to 64 letters"},
      {"providers: [{name: a, dialect: openai-chatt, models: [{name: m}]}]",
       "1:32: providers[0].dialect: unknown 'openai-chatt'; did you mean 'openai-chat'?"},
      {"providers: [{name: a, dialect: morse, models: [{name: m}]}]",
       "one of: openai-chat, openai-responses, anthropic-messages, gemini"},
      {"providers: [{name: a, dialect: openai-chat}]", "providers[0].models: this key is required"},
      {with("") + "  - {name: p, dialect: openai-chat, models: [{name: m}]}",
       "6:12: providers[1].name: there are two providers named 'p'"},
      {with("") + "      - name: m", "6:15: providers[0].models[1].name: there are two models"},
      {with("", "ttft: -1s"), "6:15: providers[0].models[0].ttft: '-1s' is not a duration"},
      {with("", "jitter: 120%"), "6:17: providers[0].models[0].jitter: '120%' is not a share"},
      {with("", "tokens_per_second: 0"), "tokens_per_second: '0' is not a number from 0.01"},
      {with("", "tokens_per_second: nan"), "tokens_per_second: 'nan' is not a number"},
      {with("", "output_tokens: 1000000"), "is not a whole number from 1 to 10000"},
      {with("", "reasoning: maybe"), "reasoning: 'maybe' is neither true nor false"},
      {with("", "served: []"), "served: a list of 1 to 1000 texts is expected here"},
      {with("", "text: " + std::string(70'000, 'x')), "text: longer than 65536 bytes"},
      {with("rate_limit: {requests: {window: 1s}}"),
       "rate_limit.requests.limit: this key is required"},
      {with("rate_limit: {requests: {limit: 0}}"), "limit: '0' is not a whole number from 1"},
      {with("rate_limit: {requests: {limit: 1, window: 0s}}"), "window: '0s' is too short"},
      {with("rate_limit: {input_tokens: {limit: 1}}"), "rate_limit.input_tokens: unknown key"},
      {with_fault("probability: 1"), "faults[0].fault: this key is required"},
      {with_fault("fault: overloded"), "unknown 'overloded'; did you mean 'overloaded'?"},
      {with_fault("fault: http"), "faults[0].status: this key is required"},
      {with_fault("fault: http, status: 200"), "status: '200' is not a whole number from 400"},
      {with_fault("fault: stall, after_token: 3"), "did you mean 'after_tokens'?"},
      {with_fault("fault: empty_body, status: 500"), "faults[0].status: unknown key"},
      {with_fault("fault: slow_tokens"), "faults[0].tokens_per_second: this key is required"},
      {with_fault("fault: garbage, content: xml"), "content: unknown 'xml'"},
      {with_fault("fault: error_in_stream, error: oops"), "error: unknown 'oops'"},
      {with_fault("fault: stall, models: [n]"), "there is no model 'n' in this provider"},
      {with_fault("fault: stall, requests: [0]"), "'0' is not a whole number of at least 1"},
      {with_fault("fault: stall, every: 0"), "every: '0' is not a whole number from 1"},
      {with_fault("fault: stall, from: 2s, to: 1s"), "to: must be after from"},
      {with_fault("fault: stall, period: 1m"), "period: needs to"},
      {with_fault("fault: stall, to: 2m, period: 1m"), "to: must be within the period"},
      {"x: " + std::string(kMaxScenarioBytes, 'x'), "longer than 4194304 bytes"},
  };
  for (const auto& row : rows) {
    const auto errors = all_errors(row.yaml);
    EXPECT_NE(errors.find(row.error), std::string::npos)
        << row.yaml.substr(0, 200) << "\n-> " << errors << "wanted: " << row.error;
    EXPECT_EQ(std::count(errors.begin(), errors.end(), '\n'), 1) << errors;
  }
}

TEST(Scenario, ReportsAllErrorsInOrder) {
  const auto errors = all_errors(
      "lisen: x\nseed: a\nproviders:\n  - name: p\n    dialect: nope\n    models: [{nam: m}]\n");
  std::istringstream lines(errors);
  std::vector<std::string> places;
  for (std::string line; std::getline(lines, line);) places.push_back(line.substr(0, 4));
  EXPECT_EQ(places, (std::vector<std::string>{"1:1:", "2:7:", "5:14", "6:14", "6:15"})) << errors;
}

TEST(Scenario, AliasesAreNotABomb) {
  // Ten levels of ten aliases: ten thousand million nodes, if one walked them all.
  std::string yaml = "a: &a0 {fault: stall}\n";
  for (int i = 1; i <= 10; ++i) {
    yaml += "b" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) yaml += "*a" + std::to_string(i - 1) + (j < 9 ? "," : "]\n");
  }
  EXPECT_NE(all_errors(yaml), "no error");
  // Wide instead of deep: a hundred providers that share a list of ten thousand models.
  yaml = "x: &models [";
  for (int i = 0; i < 10'000; ++i) yaml += "{name: m" + std::to_string(i) + "},";
  yaml += "]\nproviders:\n";
  for (int i = 0; i < 100; ++i) {
    yaml += "  - {name: p" + std::to_string(i) + ", dialect: openai-chat, models: *models}\n";
  }
  EXPECT_NE(all_errors(yaml).find("too many nodes"), std::string::npos);
}

TEST(Scenario, FaultsAloneAreReadAsOneOrAsAList) {
  EXPECT_EQ(parse_faults("fault: stall")->size(), 1u);
  EXPECT_EQ(parse_faults("[{fault: stall}, {fault: auth, every: 2}]")->size(), 2u);
  EXPECT_EQ(parse_faults(R"({"fault": "http", "status": 503})")->at(0).fault.status, 503);
  for (const auto* wrong : {"", "stall", "{fault: x}", "{", "[]"}) {
    EXPECT_FALSE(parse_faults(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace llm::sim
