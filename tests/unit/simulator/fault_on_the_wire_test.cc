// Each scripted fault does on the wire what it says.
#include <gtest/gtest.h>

#include <functional>

#include "unit/simulator/fake_client.h"

namespace llm::sim {
namespace {

using nlohmann::json;

constexpr std::string_view kModels =
    "models: [{name: m, ttft: 2ms, tokens_per_second: 10000, text: 'a b c d e'}]";

// The same fault at a provider of each dialect.
FakeProviders with_fault(std::string_view fault) {
  std::string yaml;
  for (const auto* names : {"gpt, dialect: openai-chat", "claude, dialect: anthropic-messages"}) {
    yaml += "  - {name: " + std::string(names) + ", faults: [{fault: " + std::string(fault) +
            "}], " + std::string(kModels) + "}\n";
  }
  return FakeProviders(yaml);
}

TEST(Fault, ErrorsComeInTheProvidersWords) {
  const struct {
    std::string_view fault;
    int gpt_status;
    std::string_view gpt_says;
    int claude_status;
    std::string_view claude_says;
  } rows[] = {
      {"overloaded", 503, "server_is_overloaded", 529, "overloaded_error"},
      {"rate_limited", 429, "rate_limit_exceeded", 429, "rate_limit_error"},
      {"quota_exhausted", 429, "insufficient_quota", 402, "billing_error"},
      {"auth", 401, "invalid_api_key", 401, "authentication_error"},
      {"permission", 403, "unsupported_country_region_territory", 403, "permission_error"},
      {"not_found", 404, "model_not_found", 404, "not_found_error"},
      {"bad_request", 400, "invalid_request_error", 400, "invalid_request_error"},
      {"server_error", 500, "server_error", 500, "api_error"},
      {"timeout", 504, "timed out", 504, "timeout_error"},
      {"http, status: 529", 529, "server_is_overloaded", 529, "overloaded_error"},
      {"http, status: 418", 418, "invalid_request_error", 418, "invalid_request_error"},
      {"http, status: 502, type: t, message: hello", 502, "hello", 502, "hello"},
      {"rate_limited, code: capacity", 429, "capacity", 429, "\"error_code\":\"capacity\""},
      // Inside a stream only; a whole answer becomes the plain error.
      {"error_in_stream, error: overloaded", 503, "server_is_overloaded", 529, "overloaded_error"},
  };
  for (const auto& row : rows) {
    const auto fakes = with_fault(row.fault);
    for (const bool gpt : {true, false}) {
      const auto answer = fakes.ask(FakeProviders::chat(gpt ? "gpt" : "claude", false));
      EXPECT_EQ(answer.status, gpt ? row.gpt_status : row.claude_status) << row.fault;
      EXPECT_NE(answer.body.find(gpt ? row.gpt_says : row.claude_says), std::string::npos)
          << row.fault << ": " << answer.body;
      EXPECT_TRUE(json::parse(answer.body).contains("error")) << answer.body;
    }
  }
}

TEST(Fault, RetryAfterIsSentAsScripted) {
  const auto fakes = with_fault("overloaded, retry_after: 7s");
  EXPECT_EQ(fakes.ask(FakeProviders::chat("gpt", true)).headers.at("retry-after"), "7");
  EXPECT_EQ(fakes.ask(FakeProviders::chat("claude", true)).headers.at("retry-after"), "7");
}

TEST(Fault, StreamsAreChangedAsScripted) {
  const struct {
    std::string_view fault;
    std::string_view text;
    bool framing_complete, finished;
  } rows[] = {
      {"truncate, after_tokens: 2", "a b", true, false},
      {"truncate, after_tokens: 0", "", true, false},
      {"truncate, after_tokens: 99", "a b c d e", true, false},
      {"truncate, after_tokens: 2, cut: true", "a b", false, false},
      {"error_in_stream, after_tokens: 1", "a", true, false},
      {"error_in_stream", "", true, false},
      {"role_only", "", true, true},
      {"reasoning_only", "", true, true},
      {"wrong_content, text: oops", "oops", true, true},
      {"slow_first_token, ttft: 30ms", "a b c d e", true, true},
      {"slow_tokens, tokens_per_second: 500", "a b c d e", true, true},
  };
  for (const auto& row : rows) {
    const auto fakes = with_fault(row.fault);
    for (const auto* name : {"gpt", "claude"}) {
      const auto answer = fakes.ask(FakeProviders::chat(name, true));
      EXPECT_EQ(answer.status, 200) << row.fault;
      EXPECT_EQ(text_of(answer.body), row.text) << row.fault << ": " << answer.body;
      EXPECT_EQ(answer.complete, row.framing_complete) << row.fault;
      const bool finished = answer.body.find("finish_reason\":\"") != std::string::npos ||
                            answer.body.find("message_stop") != std::string::npos;
      EXPECT_EQ(finished, row.finished) << row.fault << ": " << answer.body;
      const bool has_error = answer.body.find("\"error\":{") != std::string::npos;
      EXPECT_EQ(has_error, row.fault.starts_with("error_in_stream")) << row.fault;
    }
  }
}

TEST(Fault, ReasoningOnlyReasons) {
  const auto fakes = with_fault("reasoning_only");
  const auto gpt = fakes.ask(FakeProviders::chat("gpt", true)).body;
  EXPECT_NE(gpt.find("\"reasoning_content\":\"thinking\""), std::string::npos);
  EXPECT_NE(gpt.find("\"finish_reason\":\"length\""), std::string::npos);
  const auto claude = fakes.ask(FakeProviders::chat("claude", true)).body;
  EXPECT_NE(claude.find("thinking_delta"), std::string::npos);
}

// Reads until `mark`, then finds the connection open and silent, for as long as another client's
// whole exchange takes.
void expect_silence_after(const FakeProviders& fakes, std::string_view name, std::string_view mark,
                          std::string_view never) {
  Client client(fakes.port());
  client.send(FakeProviders::chat(name, true));
  const auto seen = client.read_until(mark);
  EXPECT_NE(seen, "");
  EXPECT_EQ(fakes.ask(FakeProviders::request("GET", "/_sim/sent", "")).status, 200);
  const auto rest = client.drain();
  EXPECT_EQ((seen + rest).find(never), std::string::npos) << seen << rest;
  EXPECT_EQ((seen + rest).find("\r\n0\r\n"), std::string::npos) << "the last chunk";
  EXPECT_FALSE(client.ended || client.broken);
}

TEST(Fault, SilenceLasts) {
  const auto silent = with_fault("no_first_token");
  expect_silence_after(silent, "gpt", "assistant", "\"content\":\"a\"");
  expect_silence_after(silent, "claude", "message_start", "text_delta");
  const auto stalled = with_fault("stall, after_tokens: 2");
  expect_silence_after(stalled, "gpt", "\" b\"", "\" c\"");
  expect_silence_after(stalled, "claude", "\" b\"", "\" c\"");
}

TEST(Fault, ConnectionsEndAsScripted) {
  const struct {
    std::string_view fault;
    bool ended, broken;
    std::string_view text;
  } rows[] = {{"hang_up_before_answer", true, false, ""},
              {"reset", false, true, ""},
              {"reset, after_tokens: 2", false, true, "a b"}};
  for (const auto& row : rows) {
    const auto fakes = with_fault(row.fault);
    for (const auto* name : {"gpt", "claude"}) {
      Client client(fakes.port());
      client.send(FakeProviders::chat(name, true));
      EXPECT_EQ(text_of(client.read_all()), row.text) << row.fault;
      EXPECT_EQ(client.ended, row.ended) << row.fault;
      EXPECT_EQ(client.broken, row.broken) << row.fault;
    }
  }
}

TEST(Fault, NonsenseIsNonsense) {
  const struct {
    std::string_view fault;
    std::string body;  // part of it
    std::string_view type;
  } rows[] = {{"empty_body", "", "text/event-stream; charset=utf-8"},
              {"garbage", "<html>", "text/html"},
              {"garbage, content: text", "this is not JSON", "text/event-stream; charset=utf-8"},
              {"garbage, content: nul", std::string("\0\0", 2), "text/event-stream; charset=utf-8"},
              {"garbage, content: invalid_utf8", "\xff\xfe", "text/event-stream; charset=utf-8"}};
  for (const auto& row : rows) {
    const auto fakes = with_fault(row.fault);
    const auto answer = fakes.ask(FakeProviders::chat("gpt", true));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("content-type"), row.type) << row.fault;
    EXPECT_NE(answer.body.find(row.body), std::string::npos) << row.fault;
    EXPECT_EQ(answer.body.empty(), row.body.empty()) << row.fault;
    EXPECT_TRUE(events_of(answer.body).empty());
  }
}

TEST(Fault, RedirectsPointSomewhere) {
  const auto once = with_fault("redirect, location: 'http://127.0.0.1:1/'");
  EXPECT_EQ(once.ask(FakeProviders::chat("gpt", true)).headers.at("location"),
            "http://127.0.0.1:1/");
  const auto loop = with_fault("redirect_loop");
  const auto answer = loop.ask(FakeProviders::chat("gpt", true));
  EXPECT_EQ(answer.status, 307);
  EXPECT_EQ(answer.headers.at("location"), "/gpt/v1/chat/completions");
}

TEST(Fault, HugeHeadersAreHuge) {
  const auto fakes = with_fault("huge_headers, megabytes: 2");
  Client client(fakes.port());
  client.send(FakeProviders::chat("gpt", true));
  EXPECT_GT(client.read_until("\r\n\r\n").size(), 2u << 20);
}

TEST(Fault, EndlessAnswersGoOn) {
  const struct {
    std::string_view fault, again;
  } rows[] = {{"endless_stream", "\"content\":\" e\""},
              {"endless_line", "aaaaaaaaaaaaaaaa"},
              {"gzip_bomb", ""}};
  for (const auto& row : rows) {
    const auto fakes = with_fault(row.fault);
    Client client(fakes.port());
    client.send(FakeProviders::chat("gpt", true));
    std::string bytes;
    while (bytes.size() < 300'000 && client.fill()) bytes += client.take();
    EXPECT_GE(bytes.size(), 300'000u) << row.fault;
    if (row.again.empty()) continue;
    EXPECT_NE(bytes.find(row.again, 250'000), std::string::npos) << row.fault;
  }
}

TEST(Fault, StrikesTheModelListToo) {
  const auto list = [](const FakeProviders& fakes) {
    return fakes.ask(FakeProviders::request("GET", "/gpt/v1/models", "")).status;
  };
  EXPECT_EQ(list(with_fault("overloaded")), 503);
  EXPECT_EQ(list(with_fault("overloaded, models: [m]")), 200);
  EXPECT_EQ(list(with_fault("redirect_loop")), 307);
  EXPECT_EQ(list(with_fault("stall")), 200);
}

TEST(Fault, StrikesTheRequestsThatAreNumbered) {
  const auto fakes = with_fault("overloaded, requests: [2, 3]");
  std::vector<int> statuses;
  for (int i = 0; i < 5; ++i)
    statuses.push_back(fakes.ask(FakeProviders::chat("gpt", false)).status);
  EXPECT_EQ(statuses, (std::vector<int>{200, 503, 503, 200, 200}));
}

}  // namespace
}  // namespace llm::sim
