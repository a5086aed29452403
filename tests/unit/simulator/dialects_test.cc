// Each dialect of the fakes at the bytes: one table of requests, one of faults, one of errors.
#include <gtest/gtest.h>

#include <map>

#include "unit/simulator/dialect_reader.h"
#include "unit/simulator/fake_client.h"

namespace llm::sim {
namespace {

using nlohmann::json;

struct DialectCase {
  std::string name;
  std::string stream_path, whole_path, models_path;
  std::string body;  // without what asks for a stream
  std::string asks_for_stream;
  std::string content_type;
  std::string key_header;  // with the key to come
  Said (*read_stream)(const std::string& body);
  Said (*read_whole)(const json& body);
};

void read_gemini_chunk(const json& chunk, Said* said) {
  if (chunk.contains("error")) {
    said->error = chunk["error"]["status"];
    return;
  }
  const auto& candidate = chunk["candidates"][0];
  for (const auto& part : candidate["content"].value("parts", json::array())) {
    (part.value("thought", false) ? said->reasoning : said->text) += part.value("text", "");
  }
  said->finish = candidate.value("finishReason", said->finish);
  const auto& usage = chunk["usageMetadata"];
  said->input = usage["promptTokenCount"];
  said->output = usage.value("candidatesTokenCount", 0) + usage.value("thoughtsTokenCount", 0);
  said->model = chunk["modelVersion"];
}

Said read_gemini_events(const std::string& body) {
  Said said;
  for (const auto& event : sse_events(body)) read_gemini_chunk(event, &said);
  return said;
}

Said read_gemini_array(const std::string& body) {
  Said said;
  const auto array = parsed(body);
  said.well_formed = array.is_array();
  for (const auto& chunk : array) {
    if (chunk.is_object()) read_gemini_chunk(chunk, &said);
  }
  return said;
}

Said read_gemini_whole(const json& body) {
  Said said;
  read_gemini_chunk(body, &said);
  return said;
}

void read_cohere_usage(const json& usage, Said* said) {
  said->input = usage["billed_units"]["input_tokens"];
  said->output = usage["tokens"]["output_tokens"];
}

Said read_cohere_events(const std::string& body) {
  Said said;
  for (const auto& event : sse_events(body)) {
    const auto delta = event.value("delta", json::object());
    if (event["type"] == "content-delta") {
      const auto& content = delta["message"]["content"];
      said.text += content.value("text", "");
      said.reasoning += content.value("thinking", "");
    } else if (event["type"] == "message-end") {
      said.finish = delta["finish_reason"];
      said.error = delta.value("error", "");
      read_cohere_usage(delta["usage"], &said);
    }
  }
  return said;
}

Said read_cohere_whole(const json& body) {
  Said said{.finish = body["finish_reason"]};
  for (const auto& part : body["message"]["content"]) {
    said.text += part.value("text", "");
    said.reasoning += part.value("thinking", "");
  }
  read_cohere_usage(body["usage"], &said);
  return said;
}

void read_ollama_line(const json& line, Said* said) {
  if (line.contains("error")) {
    said->error = line["error"];
    return;
  }
  said->model = line["model"];
  said->text += line["message"]["content"];
  said->reasoning += line["message"].value("thinking", "");
  if (!line["done"]) return;
  said->finish = line["done_reason"];
  said->input = line["prompt_eval_count"];
  said->output = line["eval_count"];
  EXPECT_GT(line["total_duration"], 1'000'000);  // nanoseconds
}

Said read_ollama_lines(const std::string& body) {
  Said said;
  for (std::size_t at = 0; at < body.size();) {
    const auto end = body.find('\n', at);
    const auto line = parsed(body.substr(at, end - at));
    said.well_formed &= end != body.npos && line.is_object();
    if (line.is_object()) read_ollama_line(line, &said);
    at = end == body.npos ? end : end + 1;
  }
  return said;
}

Said read_ollama_whole(const json& body) {
  Said said;
  read_ollama_line(body, &said);
  return said;
}

Said read_bedrock_frames(const std::string& body) {
  Said said;
  for (const auto& frame : frames_of(body, &said.well_formed)) {
    const auto payload = parsed(frame.payload);
    if (frame.message_type == "exception") {
      said.error = frame.type;
      EXPECT_TRUE(payload.contains("message"));
      continue;
    }
    EXPECT_EQ(frame.message_type, "event");
    EXPECT_FALSE(payload["p"].get<std::string>().empty());
    if (frame.type == "contentBlockDelta") {
      const auto& delta = payload["delta"];
      said.text += delta.value("text", "");
      if (delta.contains("reasoningContent")) {
        said.reasoning += delta["reasoningContent"].value("text", "");
      }
    }
    if (frame.type == "messageStop") said.finish = payload["stopReason"];
    if (frame.type == "metadata") {
      said.input = payload["usage"]["inputTokens"];
      said.output = payload["usage"]["outputTokens"];
      EXPECT_TRUE(payload["metrics"].contains("latencyMs"));
    }
  }
  return said;
}

Said read_bedrock_whole(const json& body) {
  Said said{.finish = body["stopReason"]};
  for (const auto& part : body["output"]["message"]["content"]) {
    said.text += part.value("text", "");
    if (part.contains("reasoningContent")) {
      said.reasoning += part["reasoningContent"]["reasoningText"].value("text", "");
    }
  }
  said.input = body["usage"]["inputTokens"];
  said.output = body["usage"]["outputTokens"];
  return said;
}

Said read_response(const json& response) {
  Said said{.finish = response["status"], .model = response["model"]};
  for (const auto& item : response["output"]) {
    for (const auto& part : item.value("content", json::array())) said.text += part["text"];
    for (const auto& part : item.value("summary", json::array())) said.reasoning += part["text"];
  }
  if (response["usage"].is_object()) {
    said.input = response["usage"]["input_tokens"];
    said.output = response["usage"]["output_tokens"];
  }
  return said;
}

Said read_response_events(const std::string& body) {
  Said said;
  std::size_t sequence = 0;
  for (const auto& event : sse_events(body)) {
    EXPECT_EQ(event["sequence_number"], sequence++);
    const std::string type = event["type"];
    if (type == "response.output_text.delta") said.text += event["delta"];
    if (type == "response.reasoning_summary_text.delta") said.reasoning += event["delta"];
    if (type == "error") said.error = event["error"]["code"];
    if (type == "response.failed") {
      EXPECT_EQ(event["response"]["error"]["code"], said.error);
    }
    if (type == "response.completed" || type == "response.incomplete") {
      const auto last = read_response(event["response"]);
      EXPECT_EQ(last.text, said.text);
      EXPECT_EQ(last.reasoning, said.reasoning);
      said = last;
    }
  }
  return said;
}

const std::string kContents = R"("contents":[{"role":"user","parts":[{"text":"hi"}]}])";
const std::string kMessages = R"("messages":[{"role":"user","content":"hi"}])";
const std::string kBlocks = R"("messages":[{"role":"user","content":[{"text":"hi"}]}])";

const std::vector<DialectCase>& cases() {
  static const std::vector<DialectCase> rows{
      {"gemini", "/v1beta/models/m:streamGenerateContent?alt=sse",
       "/v1beta/models/m:generateContent", "/v1beta/models", "{" + kContents + "}", "",
       "text/event-stream", "x-goog-api-key: ", read_gemini_events, read_gemini_whole},
      {"gemini", "/v1beta/models/m:streamGenerateContent", "/v1beta/models/m:generateContent",
       "/v1beta/models", "{" + kContents + "}", "", "application/json; charset=UTF-8",
       "x-goog-api-key: ", read_gemini_array, read_gemini_whole},
      {"gemini",
       "/v1/projects/p/locations/l/publishers/google/models/m:streamGenerateContent?alt=sse",
       "/v1/projects/p/locations/l/publishers/google/models/m:generateContent",
       "/v1beta1/publishers/google/models", "{" + kContents + "}", "", "text/event-stream",
       "Authorization: Bearer ", read_gemini_events, read_gemini_whole},
      {"cohere-v2", "/v2/chat", "/v2/chat", "/v1/models", R"({"model":"m",)" + kMessages + "}",
       R"(,"stream":true)", "text/event-stream", "Authorization: Bearer ", read_cohere_events,
       read_cohere_whole},
      {"ollama", "/api/chat", "/api/chat", "/api/tags", R"({"model":"m",)" + kMessages + "}", "",
       "application/x-ndjson", "Authorization: Bearer ", read_ollama_lines, read_ollama_whole},
      {"bedrock-converse", "/model/m/converse-stream", "/model/m/converse", "/foundation-models",
       "{" + kBlocks + "}", "", "application/vnd.amazon.eventstream", "Authorization: Bearer ",
       read_bedrock_frames, read_bedrock_whole},
      {"openai-responses", "/v1/responses", "/v1/responses", "/v1/models",
       R"({"model":"m","input":"hi","store":false})", R"(,"stream":true)",
       "text/event-stream; charset=utf-8", "Authorization: Bearer ", read_response_events,
       read_response},
  };
  return rows;
}

std::string script(const DialectCase& row, const std::string& more = "") {
  return "  - {name: p, dialect: " + row.name +
         ", models: [{name: m, served: m-1, ttft: 2ms, tokens_per_second: 10000, text: 'a b c', "
         "reasoning_tokens: 2, reasoning_text: hm, jitter: 0}]" +
         more + "}\n";
}

std::string with(std::string body, std::string_view members) {
  body.insert(body.size() - 1, members);
  return body;
}

HttpAnswer ask_stream(const FakeProviders& fakes, const DialectCase& row,
                      std::string_view headers = "") {
  return fakes.ask(FakeProviders::request("POST", "/p" + row.stream_path,
                                          with(row.body, row.asks_for_stream), headers));
}

HttpAnswer ask_whole(const FakeProviders& fakes, const DialectCase& row,
                     std::string_view headers = "") {
  const auto body = row.name == "ollama" ? with(row.body, R"(,"stream":false)") : row.body;
  return fakes.ask(FakeProviders::request("POST", "/p" + row.whole_path, body, headers));
}

const std::map<std::string, std::string> kFinishes{{"gemini", "STOP"},
                                                   {"cohere-v2", "COMPLETE"},
                                                   {"ollama", "stop"},
                                                   {"bedrock-converse", "end_turn"},
                                                   {"openai-responses", "completed"}};

TEST(Dialects, SayTheSameStreamedAndWhole) {
  for (const auto& row : cases()) {
    SCOPED_TRACE(row.stream_path);
    const FakeProviders fakes(script(row));
    const auto stream = ask_stream(fakes, row);
    EXPECT_EQ(stream.status, 200);
    EXPECT_TRUE(stream.complete);
    EXPECT_EQ(stream.headers.at("content-type"), row.content_type);
    const auto whole = ask_whole(fakes, row);
    ASSERT_EQ(whole.status, 200) << whole.body;
    for (const auto& said : {row.read_stream(stream.body), row.read_whole(parsed(whole.body))}) {
      EXPECT_TRUE(said.well_formed) << stream.body;
      EXPECT_EQ(said.text, "a b c") << stream.body;
      EXPECT_EQ(said.reasoning, "hm hm") << stream.body;
      EXPECT_EQ(said.finish, kFinishes.at(row.name));
      EXPECT_EQ(said.error, "");
      EXPECT_GT(said.input, 0);
      EXPECT_EQ(said.output, 5);
      if (row.name == "gemini" || row.name == "openai-responses") {
        EXPECT_EQ(said.model, "m-1");
      }
    }
  }
}

TEST(Dialects, ListTheirModels) {
  for (const auto& row : cases()) {
    const FakeProviders fakes(script(row));
    const auto answer = fakes.ask(FakeProviders::request("GET", "/p" + row.models_path, ""));
    EXPECT_EQ(answer.status, 200);
    const auto body = parsed(answer.body);
    ASSERT_TRUE(body.is_object()) << row.models_path << answer.body;
    EXPECT_NE(answer.body.find("m\""), std::string::npos) << answer.body;
  }
}

TEST(Dialects, FailInTheMiddleAsScripted) {
  const struct {
    std::string_view fault, text;
    bool framing_complete, well_formed, finished, error;
  } rows[] = {
      {"truncate, after_tokens: 4", "a b", true, true, false, false},
      {"truncate, after_tokens: 4, cut: true", "a b", false, false, false, false},
      {"error_in_stream, after_tokens: 3", "a", true, true, false, true},
      {"role_only", "", true, true, true, false},
      {"reasoning_only", "", true, true, true, false},
      {"wrong_content, text: oops", "oops", true, true, true, false},
  };
  for (const auto& dialect : cases()) {
    for (const auto& row : rows) {
      SCOPED_TRACE(dialect.stream_path + " " + std::string(row.fault));
      const FakeProviders fakes(
          script(dialect, ", faults: [{fault: " + std::string(row.fault) + "}]"));
      const auto answer = ask_stream(fakes, dialect);
      EXPECT_EQ(answer.status, 200);
      EXPECT_EQ(answer.complete, row.framing_complete);
      const bool array = answer.body.starts_with('[');
      if (array && !row.finished) continue;  // cut arrays are none: see below
      const auto said = dialect.read_stream(answer.body);
      EXPECT_EQ(said.text, row.text) << answer.body;
      if (dialect.content_type.find("event-stream") == std::string::npos) {
        EXPECT_EQ(said.well_formed, row.well_formed) << answer.body;
      }
      const bool cohere_error = row.error && dialect.name == "cohere-v2";  // finishes with ERROR
      EXPECT_EQ(!said.finish.empty(), row.finished || cohere_error) << answer.body;
      EXPECT_EQ(!said.error.empty(), row.error) << answer.body;
    }
  }
}

TEST(Dialects, TalkNonsenseUnderTheirOwnType) {
  for (const auto& row : cases()) {
    const FakeProviders fakes(script(row, ", faults: [{fault: garbage, content: text}]"));
    const auto answer = ask_stream(fakes, row);
    EXPECT_EQ(answer.headers.at("content-type"), row.content_type);
    EXPECT_EQ(answer.body.starts_with("data: "), row.content_type.starts_with("text/event-stream"));
  }
}

TEST(Dialects, CutsABinaryFrameInTwo) {
  const auto& row = cases()[5];
  ASSERT_EQ(row.name, "bedrock-converse");
  const FakeProviders fakes(
      script(row, ", faults: [{fault: truncate, after_tokens: 4, cut: true}]"));
  bool whole = true;
  const auto answer = ask_stream(fakes, row);
  const auto frames = frames_of(answer.body, &whole);
  EXPECT_FALSE(whole);
  EXPECT_FALSE(answer.complete);
  EXPECT_EQ(frames.size(), 6u);  // start, two thoughts, end of block, two words
}

TEST(Dialects, GeminisArrayEndsWithItsError) {
  const auto& row = cases()[1];
  const FakeProviders fakes(script(row, ", faults: [{fault: error_in_stream, after_tokens: 3}]"));
  const auto body = parsed(ask_stream(fakes, row).body);
  ASSERT_TRUE(body.is_array());
  ASSERT_EQ(body.size(), 4u);
  EXPECT_EQ(body[3]["error"]["status"], "INTERNAL");
}

struct Refusal {
  std::string_view dialect;
  int status;
  std::string_view says;
};

TEST(Dialects, RefuseInTheirOwnWords) {
  const std::map<std::string, std::vector<Refusal>> rows{
      {"overloaded",
       {{"gemini", 503, R"("status":"UNAVAILABLE")"},
        {"cohere-v2", 503, "service unavailable"},
        {"ollama", 503, "server busy, please try again.  maximum"},
        {"bedrock-converse", 503, "unable to process"},
        {"openai-responses", 503, "server_is_overloaded"}}},
      {"rate_limited",
       {{"gemini", 429, "RESOURCE_EXHAUSTED"},
        {"cohere-v2", 429, "API calls / minute"},
        {"ollama", 429, "usage limit"},
        {"bedrock-converse", 429, "Too many requests"},
        {"openai-responses", 429, "rate_limit_exceeded"}}},
      {"quota_exhausted",
       {{"gemini", 402, "credits"},
        {"cohere-v2", 402, "payment method"},
        {"ollama", 402, "upgrade"},
        {"bedrock-converse", 429, "tokens per day"},
        {"openai-responses", 429, "insufficient_quota"}}},
      {"auth",
       {{"gemini", 401, "UNAUTHENTICATED"},
        {"cohere-v2", 401, "invalid api token"},
        {"ollama", 401, "signin_url"},
        {"bedrock-converse", 403, "security token"},
        {"openai-responses", 401, "invalid_api_key"}}},
      {"permission",
       {{"gemini", 403, "PERMISSION_DENIED"},
        {"cohere-v2", 403, "access"},
        {"ollama", 403, "access"},
        {"bedrock-converse", 403, "not authorized"},
        {"openai-responses", 403, "unsupported_country"}}},
      {"not_found",
       {{"gemini", 404, "NOT_FOUND"},
        {"cohere-v2", 404, "not found"},
        {"ollama", 404, "not found"},
        {"bedrock-converse", 404, "end of its life"},
        {"openai-responses", 404, "model_not_found"}}},
      {"server_error",
       {{"gemini", 500, "INTERNAL"},
        {"cohere-v2", 500, "internal"},
        {"ollama", 500, "model runner"},
        {"bedrock-converse", 500, "unexpected error"},
        {"openai-responses", 500, "server_error"}}},
      {"timeout",
       {{"gemini", 504, "DEADLINE_EXCEEDED"},
        {"cohere-v2", 504, "timeout"},
        {"ollama", 504, "timed out"},
        {"bedrock-converse", 408, "timed out"},
        {"openai-responses", 504, "timed out"}}},
  };
  for (const auto& [fault, refusals] : rows) {
    for (const auto& dialect : cases()) {
      const FakeProviders fakes(script(dialect, ", faults: [{fault: " + fault + "}]"));
      const auto answer = ask_stream(fakes, dialect);
      for (const auto& refusal : refusals) {
        if (refusal.dialect != dialect.name) continue;
        EXPECT_EQ(answer.status, refusal.status) << dialect.name << " " << fault;
        EXPECT_NE(answer.body.find(refusal.says), std::string::npos) << answer.body;
        EXPECT_TRUE(parsed(answer.body).is_object()) << answer.body;
      }
      if (dialect.name == "bedrock-converse") {
        EXPECT_NE(answer.headers.at("x-amzn-errortype").find("Exception:"), std::string::npos);
      }
    }
  }
}

TEST(Dialects, RefuseAWrongKey) {
  const struct {
    std::string_view dialect;
    int wrong, missing;
    std::string_view wrong_says;
  } rows[] = {{"gemini", 400, 403, "API_KEY_INVALID"},
              {"gemini", 400, 403, "API_KEY_INVALID"},
              {"gemini", 401, 401, "UNAUTHENTICATED"},  // Vertex
              {"cohere-v2", 401, 401, "invalid api token"},
              {"ollama", 401, 401, "unauthorized"},
              {"bedrock-converse", 403, 403, "API Key is valid"},
              {"openai-responses", 401, 401, "invalid_api_key"}};
  for (std::size_t i = 0; i < cases().size(); ++i) {
    const auto& row = cases()[i];
    ASSERT_EQ(row.name, rows[i].dialect);
    const FakeProviders fakes(script(row, ", api_keys: [sk-right]"));
    const auto wrong = ask_stream(fakes, row, row.key_header + "sk-wrong-0123456789\r\n");
    EXPECT_EQ(wrong.status, rows[i].wrong) << row.stream_path;
    EXPECT_NE(wrong.body.find(rows[i].wrong_says), std::string::npos) << wrong.body;
    EXPECT_EQ(wrong.body.find("sk-wrong"), std::string::npos) << wrong.body;
    EXPECT_EQ(ask_stream(fakes, row).status, rows[i].missing) << row.stream_path;
    EXPECT_EQ(ask_stream(fakes, row, row.key_header + "sk-right\r\n").status, 200);
    EXPECT_EQ(fakes.ask(FakeProviders::request("GET", "/p" + row.models_path, "")).status,
              rows[i].missing);
  }
}

TEST(Dialects, RefuseARequestTheyCannotRead) {
  const struct {
    std::size_t dialect;
    std::string path, body;
    int status;
    std::string_view says;
  } rows[] = {
      {0, "/v1beta/models/x:generateContent", "{" + kContents + "}", 404, "models/x is not found"},
      {0, "/v1beta/models/m:generateContent", "{}", 400, "contents is not specified"},
      {0, "/v1beta/models/m:generateContent",
       with("{" + kContents + "}", R"(,"generationConfig":{"maxOutputTokens":0})"), 400,
       "positive"},
      {0, "/v1beta/models/m:countTokens", "{}", 404, "NOT_FOUND"},
      {0, "/v9/models/m:generateContent", "{}", 404, "NOT_FOUND"},
      {3, "/v2/chat", "{}", 400, "model: field is required"},
      {3, "/v2/chat", R"({"model":"x",)" + kMessages + "}", 404, "model 'x' not found"},
      {3, "/v2/chat", R"({"model":"m","messages":[]})", 400, "must not be empty"},
      {3, "/v1/chat", "{}", 404, "Invalid URL"},
      {4, "/api/chat", R"({"model":"x",)" + kMessages + "}", 404, "model 'x' not found"},
      {4, "/api/generate", "{}", 404, "Invalid URL"},
      {5, "/model/x%3A0/converse", "{" + kBlocks + "}", 400, "model identifier is invalid"},
      {5, "/model/m/converse", "{}", 400, "must start with a user message"},
      {5, "/model/m/invoke", "{}", 404, "Invalid URL"},
      {6, "/v1/responses", R"({"model":"m"})", 400, "missing_required_parameter"},
      {6, "/v1/responses", R"({"model":"x","input":"hi"})", 404, "model_not_found"},
      {6, "/v1/responses", R"({"model":"m","input":"hi","max_output_tokens":15})", 400,
       ">= 16, but got 15"},
      {6, "/v1/responses", R"({"model":"m","input":"hi","max_tokens":16})", 400,
       "unsupported_parameter"},
  };
  for (const auto& row : rows) {
    const FakeProviders fakes(script(cases()[row.dialect]));
    const auto answer = fakes.ask(FakeProviders::request("POST", "/p" + row.path, row.body));
    EXPECT_EQ(answer.status, row.status) << row.path << row.body;
    EXPECT_NE(answer.body.find(row.says), std::string::npos) << row.path << answer.body;
  }
}

TEST(Dialects, OllamaThinksAndStreamsUnlessToldNot) {
  const FakeProviders fakes(
      "  - {name: p, dialect: ollama, models: [{name: m, ttft: 1ms, text: a b c}]}\n");
  const auto ask = [&](std::string_view more) {
    return fakes.ask(FakeProviders::request("POST", "/p/api/chat",
                                            with(R"({"model":"m",)" + kMessages + "}", more)));
  };
  EXPECT_EQ(ask(R"(,"think":true)").status, 400);
  EXPECT_EQ(ask(R"(,"think":false)").headers.at("content-type"), "application/x-ndjson");
  EXPECT_EQ(read_ollama_lines(ask(R"(,"options":{"num_predict":2})").body).finish, "length");
  const auto get = [&](std::string_view path) {
    return fakes.ask(FakeProviders::request("GET", "/p" + std::string(path), "")).body;
  };
  EXPECT_EQ(get("/"), "Ollama is running");
  EXPECT_TRUE(parsed(get("/api/version")).contains("version"));
  EXPECT_TRUE(parsed(get("/api/ps"))["models"][0].contains("size_vram"));
}

TEST(Dialects, GeminiSaysInTheBodyWhenToComeAgain) {
  const FakeProviders fakes(script(cases()[0], ", rate_limit: {requests: {limit: 1, window: 1h}}"));
  EXPECT_EQ(ask_stream(fakes, cases()[0]).status, 200);
  const auto refused = ask_stream(fakes, cases()[0]);
  EXPECT_EQ(refused.status, 429);
  EXPECT_FALSE(refused.headers.contains("retry-after"));
  const auto body = parsed(refused.body);
  const auto& details = body["error"]["details"];
  ASSERT_EQ(details.size(), 2u);
  const std::string delay = details[1]["retryDelay"];
  EXPECT_EQ(delay.back(), 's');
  EXPECT_NEAR(std::stod(delay), 3600, 5);
}

}  // namespace
}  // namespace llm::sim
