// How the copies of OpenAI's chat differ, one row a provider.
#include <gtest/gtest.h>

#include <set>

#include "simulator/flavour.h"
#include "unit/simulator/dialect_reader.h"
#include "unit/simulator/fake_client.h"

namespace llm::sim {
namespace {

using nlohmann::json;

std::string script(std::string_view flavour, const std::string& more = "") {
  return "  - {name: p, dialect: openai-chat, flavour: " + std::string(flavour) +
         ", models: [{name: m, served: m-1, ttft: 2ms, tokens_per_second: 10000, text: 'a b c', "
         "reasoning_tokens: 2, reasoning_text: hm, jitter: 0}]" +
         more + "}\n";
}

constexpr std::string_view kAskUsage = R"(,"stream_options":{"include_usage":true})";

Said read_chunks(const std::string& body) {
  Said said;
  for (const auto& event : sse_events(body)) {
    said.well_formed &= event.is_object();
    if (!event.is_object()) continue;
    if (event.contains("error")) said.error = event["error"].value("message", "");
    if (event.value("usage", json()).is_object()) {
      said.input = event["usage"]["prompt_tokens"];
      said.output = event["usage"]["completion_tokens"];
    }
    for (const auto& choice : event.value("choices", json::array())) {
      const auto& delta = choice["delta"];
      const auto content = delta.value("content", json());
      if (content.is_string()) said.text += content;
      for (const auto& part : content.is_array() ? content : json::array()) {
        said.text += part.value("text", "");
        for (const auto& thought : part.value("thinking", json::array())) {
          said.reasoning += thought["text"];
        }
      }
      said.reasoning += delta.value("reasoning", "") + delta.value("reasoning_content", "");
      if (choice.value("finish_reason", json()).is_string()) said.finish = choice["finish_reason"];
    }
  }
  return said;
}

TEST(Flavours, HaveDifferentNames) {
  std::set<std::string_view> names;
  for (const auto& flavour : all_flavours()) EXPECT_TRUE(names.insert(flavour.name).second);
  EXPECT_EQ(names.size(), 18u);
  EXPECT_EQ(&find_flavour("openai"), &all_flavours().front());
}

TEST(Flavours, FillTemplates) {
  const Values values{{"a", "1"}, {"ab", "2"}};
  const struct {
    std::string_view text, filled;
  } rows[] = {{"", ""},         {"x", "x"},      {"$a", "1"},  {"$ab.$a$a", "2.11"},
              {"$c $", "$c $"}, {"{$a}", "{1}"}, {"$a1", "11"}};
  for (const auto& row : rows) EXPECT_EQ(filled(row.text, values), row.filled) << row.text;
}

// What each says of the same answer, and where.
TEST(Flavours, SayTheSameInTheirOwnWay) {
  const struct {
    std::string_view flavour, finish;
    int output;            // as counted
    bool usage_unasked;    // in the stream
    bool done;             // [DONE] at the end
    std::string_view has;  // somewhere in the stream
  } rows[] = {
      {"openai", "stop", 5, false, true, R"("delta":{"role":"assistant","content":"","refusal")"},
      {"azure", "stop", 5, false, true, R"(data: {"choices":[],"created":0,"id":"")"},
      {"groq", "stop", 5, true, true, R"("x_groq":{"id":"req_sim_)"},
      {"mistral", "stop", 5, true, true, R"("content":[{"type":"thinking")"},
      {"deepseek", "stop", 5, true, true, ": keep-alive\n\n"},
      {"xai", "stop", 3, false, true, R"("delta":{"role":"assistant","reasoning_content":"hm"})"},
      {"together", "eos", 5, true, true, R"("text":" b")"},
      {"fireworks", "stop", 5, true, true, R"("delta":{"role":"assistant"},"finish_reason":null)"},
      {"openrouter", "stop", 5, true, true, ": OPENROUTER PROCESSING\n\n"},
      {"perplexity", "stop", 5, true, false, R"("object":"chat.completion.done")"},
      {"cerebras", "stop", 5, true, true, R"("time_info":{"queue_time":)"},
      {"huggingface", "stop", 5, true, true, R"("delta":{"role":"assistant"})"},
      {"vllm", "stop", 5, false, true, R"("token_ids":null)"},
      {"llamacpp", "stop", 5, false, true, R"("timings":{"cache_n":0)"},
      {"tgi", "stop", 5, false, true, R"("id":"")"},
      {"ollama-openai", "stop", 5, false, true, R"("system_fingerprint":"fp_ollama")"},
      {"litellm", "stop", 5, false, true, R"("role":"assistant","reasoning_content":"hm")"},
      {"portkey", "stop", 5, false, true, R"("object":"chat.completion.chunk")"},
  };
  ASSERT_EQ(std::size(rows), all_flavours().size());
  for (const auto& row : rows) {
    SCOPED_TRACE(row.flavour);
    const FakeProviders fakes(script(row.flavour));
    const auto plain = fakes.ask(FakeProviders::chat("p", true));
    const auto unasked = read_chunks(plain.body);
    EXPECT_TRUE(unasked.well_formed) << plain.body;
    EXPECT_EQ(unasked.text, "a b c") << plain.body;
    EXPECT_EQ(unasked.reasoning, "hm hm") << plain.body;
    EXPECT_EQ(unasked.finish, row.finish);
    EXPECT_EQ(unasked.output, row.usage_unasked ? row.output : -1) << plain.body;
    EXPECT_EQ(plain.body.ends_with("data: [DONE]\n\n"), row.done);
    EXPECT_NE(plain.body.find(row.has), std::string::npos) << plain.body;

    const auto asked = fakes.ask(FakeProviders::chat("p", true, kAskUsage));
    if (row.flavour == "mistral") {
      EXPECT_EQ(asked.status, 422);
      EXPECT_NE(asked.body.find(R"({"detail":[{)"), std::string::npos);
    } else {
      EXPECT_EQ(read_chunks(asked.body).output, row.output) << asked.body;
    }

    const auto whole = parsed(fakes.ask(FakeProviders::chat("p", false)).body);
    ASSERT_TRUE(whole.is_object());
    EXPECT_EQ(whole["usage"]["completion_tokens"], row.output);
    EXPECT_EQ(whole["choices"][0]["finish_reason"], row.finish);
    EXPECT_NE(whole["choices"][0]["message"].dump().find("a b c"), std::string::npos);
    EXPECT_NE(whole["choices"][0]["message"].dump().find("hm hm"), std::string::npos);
  }
}

TEST(Flavours, PerplexitysUsageGrows) {
  const FakeProviders fakes(script("perplexity"));
  std::vector<int> counts;
  for (const auto& event : sse_events(fakes.ask(FakeProviders::chat("p", true)).body)) {
    counts.push_back(event["usage"]["completion_tokens"]);
  }
  EXPECT_EQ(counts, (std::vector{1, 2, 3, 4, 5, 5}));
}

TEST(Flavours, RefuseInTheirOwnWords) {
  const struct {
    std::string_view flavour, fault;
    int status;
    std::string_view type, says;
  } rows[] = {
      {"azure", "not_found", 404, "application/json", R"({"error":{"code":"DeploymentNotFound",)"},
      {"azure", "rate_limited", 429, "application/json", R"("code":"429")"},
      {"groq", "auth", 401, "application/json", R"("code":"invalid_api_key"}})"},
      {"mistral", "auth", 401, "application/json", R"({"detail":"Unauthorized"})"},
      {"mistral", "rate_limited", 429, "application/json", R"({"object":"error",)"},
      {"mistral", "overloaded", 503, "application/json", "Service tier capacity exceeded"},
      {"deepseek", "quota_exhausted", 402, "application/octet-stream", "Insufficient Balance"},
      {"deepseek", "auth", 401, "application/octet-stream", "authentication_error"},
      {"xai", "auth", 400, "application/json", R"({"code":"invalid-argument","error":"Incorrect)"},
      {"xai", "quota_exhausted", 429, "application/json", "used all available credits or reached"},
      {"xai", "rate_limited", 429, "application/json", "Too many requests for team"},
      {"together", "overloaded", 503, "application/json", "overloaded or not ready"},
      {"fireworks", "quota_exhausted", 412, "application/json", "PRECONDITION_FAILED"},
      {"openrouter", "not_found", 400, "application/json", R"("error_type":"model_not_found")"},
      {"openrouter", "quota_exhausted", 402, "application/json", R"({"error":{"code":402,)"},
      {"openrouter", "error_as_200, error: timeout", 200, "application/json", R"("code":504)"},
      {"xai", "error_as_200, error: timeout", 200, "application/json", "Timed out waiting"},
      {"perplexity", "auth", 401, "text/html", "openresty"},
      {"perplexity", "not_found", 400, "application/json", R"("type":"invalid_model","code":400)"},
      {"cerebras", "auth", 401, "application/json", R"({"message":"Wrong API Key",)"},
      {"cerebras", "overloaded", 429, "application/json", "queue_exceeded"},
      {"huggingface", "quota_exhausted", 402, "application/json", R"({"error":"You have exceeded)"},
      {"vllm", "auth", 401, "application/json", R"({"error":"Unauthorized"})"},
      {"vllm", "bad_request", 400, "application/json", R"("code":400)"},
      {"llamacpp", "overloaded", 503, "application/json", "Loading model"},
      {"tgi", "overloaded", 429, "application/json", R"("error_type":"overloaded")"},
      {"tgi", "auth", 401, "application/json", ""},
      {"ollama-openai", "overloaded", 503, "application/json", "maximum pending requests"},
      {"litellm", "quota_exhausted", 400, "application/json", R"("type":"budget_exceeded")"},
      {"litellm", "auth", 401, "application/json", R"("code":"401")"},
      {"portkey", "quota_exhausted", 412, "application/json", R"({"status":"failure",)"},
      {"portkey", "rate_limited", 429, "application/json", R"("provider":"openai")"},
  };
  for (const auto& row : rows) {
    const FakeProviders fakes(
        script(row.flavour, ", faults: [{fault: " + std::string(row.fault) + "}]"));
    const auto answer = fakes.ask(FakeProviders::chat("p", true));
    SCOPED_TRACE(std::string(row.flavour) + " " + std::string(row.fault) + answer.body);
    EXPECT_EQ(answer.status, row.status);
    EXPECT_EQ(answer.headers.at("content-type"), row.type);
    EXPECT_NE(answer.body.find(row.says), std::string::npos);
    EXPECT_EQ(answer.body.find('$'), std::string::npos) << "a template was not filled";
    EXPECT_EQ(answer.body.empty(), row.says.empty());
  }
}

TEST(Flavours, FailInAStreamInTheirOwnWay) {
  const struct {
    std::string_view flavour, ends_with;
  } rows[] = {{"openai", "}}\n\n"},
              {"groq", "}}\n\n"},
              {"vllm", "}}\n\ndata: [DONE]\n\n"},
              {"tgi", R"("http_status_code":500}})"
                      "\n\ndata: [DONE]\n\n"},
              {"cerebras", R"(,"status_code":500})"
                           "\n\n"},
              {"openrouter", R"("metadata":{"error_type":"provider_unavailable"}}})"
                             "\n\n"},
              {"ollama-openai", R"("content":""},"finish_reason":null}]})"
                                "\n\n"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.flavour);
    const FakeProviders fakes(
        script(row.flavour, ", faults: [{fault: error_in_stream, after_tokens: 3}]"));
    const auto body = fakes.ask(FakeProviders::chat("p", true)).body;
    EXPECT_TRUE(body.ends_with(row.ends_with)) << body;
    const auto said = read_chunks(body);
    EXPECT_TRUE(said.well_formed) << body;
    EXPECT_EQ(said.text, "a");
    EXPECT_EQ(said.error.empty(), row.flavour == "ollama-openai") << body;  // swallowed
  }
}

// The first request of two an hour, and the refusal of the third.
TEST(Flavours, SendTheirRateLimits) {
  const struct {
    std::string_view flavour, header, on_200, on_429;  // empty: absent
  } rows[] = {
      {"openai", "x-ratelimit-remaining-requests", "1", "0"},
      {"azure", "x-ratelimit-remaining-requests", "1", "0"},
      {"azure", "x-ratelimit-reset-requests", "", "3600"},
      {"groq", "x-ratelimit-reset-requests", "30m0s", "1h0m0s"},
      {"mistral", "x-ratelimit-limit-req-minute", "2", "2"},
      {"mistral", "x-ratelimit-limit-tokens-minute", "1000", "1000"},
      {"xai", "x-ratelimit-remaining-requests", "1", ""},
      {"together", "x-ratelimit-remaining", "1", "0"},
      {"together", "x-tokenlimit-limit", "1000", "1000"},
      {"fireworks", "x-ratelimit-limit-tokens-prompt", "1000", "1000"},
      {"fireworks", "x-ratelimit-over-limit", "no", "yes"},
      {"cerebras", "x-ratelimit-remaining-requests-day", "1", "0"},
      {"openrouter", "x-ratelimit-remaining", "", "0"},
      {"huggingface", "ratelimit-policy", "", R"("fixed window";"api";q=2;w=3600)"},
      {"litellm", "llm_provider-x-ratelimit-limit-requests", "2", "2"},
      {"deepseek", "retry-after", "", ""},
      {"vllm", "x-ratelimit-limit-requests", "", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.flavour) + " " + std::string(row.header));
    const FakeProviders fakes(script(
        row.flavour,
        ", rate_limit: {requests: {limit: 2, window: 1h}, tokens: {limit: 1000, window: 1h}}"));
    const auto value = [&](const HttpAnswer& answer) -> std::string {
      const auto found = answer.headers.find(std::string(row.header));
      if (found == answer.headers.end()) return "";
      // A moment has passed since the bucket was drawn from.
      if (found->second == "1799" || found->second == "29m59.999s") return "30m0s";
      return found->second.starts_with("59m59.9") ? "1h0m0s" : found->second;
    };
    const auto first = fakes.ask(FakeProviders::chat("p", true));
    EXPECT_EQ(first.status, 200);
    fakes.ask(FakeProviders::chat("p", true));
    const auto refused = fakes.ask(FakeProviders::chat("p", true));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(value(first), row.on_200);
    EXPECT_EQ(value(refused), row.on_429);
  }
}

TEST(Flavours, LiveAtTheirOwnPaths) {
  const struct {
    std::string_view flavour, method, path;
    int status;
    std::string_view says;
  } rows[] = {
      {"azure", "POST", "/openai/deployments/m/chat/completions?api-version=2024-10-21", 200,
       "a b"},
      {"azure", "POST", "/openai/deployments/x/chat/completions", 404, "DeploymentNotFound"},
      {"azure", "GET", "/openai/v1/models", 200, "lifecycle_status"},
      {"groq", "GET", "/openai/v1/models", 200, "context_window"},
      {"deepseek", "GET", "/models", 200, R"("owned_by":"deepseek")"},
      {"fireworks", "GET", "/inference/v1/models", 200, "fireworks"},
      {"openrouter", "GET", "/api/v1/models", 200, "pricing"},
      {"perplexity", "GET", "/router/v1/models", 200, "perplexity"},
      {"perplexity", "POST", "/chat/completions", 200, "a b"},
      {"together", "GET", "/v1/models", 200, R"([{"id":"m")"},
      {"vllm", "GET", "/health", 200, ""},
      {"llamacpp", "GET", "/health", 200, R"({"status":"ok"})"},
      {"tgi", "GET", "/info", 200, "model_sha"},
      {"litellm", "GET", "/health/liveliness", 200, "I'm alive!"},
      {"portkey", "GET", "/", 200, "AI Gateway says hey!"},
      {"openai", "GET", "/openai/v1/models", 404, "Invalid URL"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.path);
    const FakeProviders fakes(script(row.flavour));
    const std::string body = row.method == "POST" ? R"({"model":"m","messages":[1]})" : "";
    const auto answer =
        fakes.ask(FakeProviders::request(row.method, "/p" + std::string(row.path), body));
    EXPECT_EQ(answer.status, row.status);
    EXPECT_NE(answer.body.find(row.says), std::string::npos) << answer.body;
  }
}

TEST(Flavours, MissAKeyInTheirOwnWords) {
  const struct {
    std::string_view flavour, says;
  } rows[] = {{"openai", R"("code":null)"},
              {"azure", R"({"error":{"code":"401",)"},
              {"xai", R"({"code":"unauthenticated:no-credentials")"},
              {"openrouter", "No auth credentials found"},
              {"perplexity", "401 Authorization Required"}};
  for (const auto& row : rows) {
    const FakeProviders fakes(script(row.flavour, ", api_keys: [sk-right]"));
    const auto answer = fakes.ask(FakeProviders::chat("p", true));
    EXPECT_EQ(answer.status, 401) << row.flavour;
    EXPECT_NE(answer.body.find(row.says), std::string::npos) << answer.body;
  }
}

TEST(Flavours, OpenPathsNeedNoKey) {
  const struct {
    std::string_view flavour, path;
    int status;
  } rows[] = {{"openrouter", "/v1/models", 200}, {"huggingface", "/v1/models", 200},
              {"llamacpp", "/v1/models", 200},   {"vllm", "/health", 200},
              {"vllm", "/v1/models", 401},       {"groq", "/v1/models", 401}};
  for (const auto& row : rows) {
    const FakeProviders fakes(script(row.flavour, ", api_keys: [sk-right]"));
    const auto answer = fakes.ask(FakeProviders::request("GET", "/p" + std::string(row.path), ""));
    EXPECT_EQ(answer.status, row.status) << row.flavour << row.path;
  }
}

}  // namespace
}  // namespace llm::sim
