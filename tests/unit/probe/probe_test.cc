#include "probe/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <numeric>

#include "probe/answer.h"
#include "unit/probe/replay.h"

namespace llm::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const HeaderList kStream = {{"Content-Type", "text/event-stream"}};
const HeaderList kJson = {{"Content-Type", "application/json"}};

const std::string kRole = R"(data: {"choices":[{"delta":{"role":"assistant","content":""}}]})"
                          "\n\n";
const std::string kThought = R"(data: {"choices":[{"delta":{"reasoning":"hm"}}]})"
                             "\n\n";
const std::string kHello = R"(data: {"choices":[{"delta":{"content":"Hello"}}]})"
                           "\n\n";
const std::string kStop = R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}]})"
                          "\n\n";
const std::string kUsage = R"(data: {"choices":[],"usage":{"prompt_tokens":3,)"
                           R"("completion_tokens":4}})"
                           "\n\n";
const std::string kLength = R"(data: {"choices":[{"delta":{},"finish_reason":"length"}]})"
                            "\n\n";
const std::string kDone = "data: [DONE]\n\n";
const std::string kComment = ": still here\n\n";
const std::string kError = R"(data: {"error":{"message":"boom","type":"server_error"}})"
                           "\n\n";

std::shared_ptr<Target> stream_target() { return make_target("vllm", Kind::stream); }
std::shared_ptr<Target> completion_target() { return make_target("vllm", Kind::completion); }
std::shared_ptr<Target> reusing_target() {
  auto target = stream_target();
  target->connection = Connection::reuse;
  return target;
}

std::string message(const ProbeResult& result) { return result.error ? result.error->message : ""; }

// ---- Errors that are none, and counts.

TEST(ProbeAnswers, AnEmptyErrorIsNone) {
  for (const std::string none : {R"("")", "{}", "null", "false"}) {
    SCOPED_TRACE(none);
    const auto answer = R"({"error":)" + none + R"(,"choices":[{"index":0,)";
    Play stream(stream_target());
    stream.head(200, kStream).body("data: " + answer + R"("delta":{"content":"Hi"}}]})" + "\n\n");
    EXPECT_EQ(stream.body(kStop + kDone).end().outcome, Outcome::ok);
    Play body(completion_target());
    body.head(200, kJson).body(answer + R"("message":{"content":"Hi"},"finish_reason":"stop"}]})");
    EXPECT_EQ(body.end().outcome, Outcome::ok);
    Play event(stream_target());  // one that is called an error is an error
    event.head(200, kStream).body(kHello + "event: error\ndata: {\"error\":" + none + "}\n\n");
    EXPECT_EQ(event.body(kStop + kDone).end().outcome, Outcome::stream_error);
  }
}

TEST(ProbeAnswers, AnthropicInputIsTheSameInStreamAndBody) {
  const struct {
    const char* usage;
    std::optional<std::uint64_t> input;
  } rows[] = {
      {R"("input_tokens":5)", 5},
      {R"("input_tokens":5,"cache_read_input_tokens":3,"cache_creation_input_tokens":2)", 10},
      {R"("input_tokens":5,"cache_read_input_tokens":3)", {}},
      {R"("input_tokens":5,"cache_creation_input_tokens":2)", {}},
      {R"("cache_read_input_tokens":3,"cache_creation_input_tokens":2)", {}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.usage);
    const auto usage = std::string(R"("usage":{)") + row.usage + R"(,"output_tokens":1})";
    Play stream(make_target("anthropic", Kind::stream));
    stream.head(200, kStream);
    stream.body(R"(data: {"type":"message_start","message":{)" + usage + "}}\n\n");
    EXPECT_EQ(stream.end().usage.value().input, row.input);
    Play body(make_target("anthropic", Kind::completion));
    body.head(200, kJson)
        .body(R"({"type":"message","content":[{"type":"text","text":"Hi"}],)" + usage + "}");
    EXPECT_EQ(body.end().usage.value().input, row.input);
  }
}

// ---- Times.

TEST(ProbeTimes, FirstTokenIsTheFirstTextAndFirstContentTheFirstVisible) {
  Play play(stream_target());
  play.wait(10ms).head(200, kStream);  // at 100 ms; the connection was ready at 30
  play.wait(10ms).body(kRole).wait(20ms).body(kComment);
  play.wait(70ms).body(kThought).wait(100ms).body(kHello).wait(50ms).body(kStop + kDone);
  EXPECT_TRUE(play.stopped());
  const auto result = play.wait(10ms).end();
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_NEAR(result.ttft_seconds.value(), 0.170, 1e-9);
  EXPECT_NEAR(result.ttft_content_seconds.value(), 0.270, 1e-9);
  EXPECT_NEAR(result.max_gap_seconds.value(), 0.100, 1e-9);
  EXPECT_TRUE(result.ttft_from_kernel);
  // Until the terminator at 350 ms, not until the connection was closed.
  EXPECT_NEAR(result.duration_seconds, 0.350, 1e-9);
}

TEST(ProbeTimes, ATokenComesWhenItsEventIsComplete) {
  Play play(stream_target());
  play.wait(10ms).head(200, kStream).body(kHello.substr(0, kHello.size() - 1));
  play.wait(500ms).body(kHello.substr(kHello.size() - 1)).body(kStop + kDone);
  EXPECT_NEAR(play.end().ttft_seconds.value(), 0.570, 1e-9);
}

TEST(ProbeTimes, TellWhenTheyDoNotRestOnTheKernel) {
  Play play(stream_target());
  play.without_kernel_stamps().head(200, kStream).body(kHello + kStop + kDone);
  const auto result = play.end();
  EXPECT_TRUE(result.ttft_seconds);
  EXPECT_FALSE(result.ttft_from_kernel);
}

TEST(ProbeTimes, NeverRunBackwards) {
  // Kernel stamps and our own clock take turns, and the kernel's are older.
  Play play(stream_target());
  play.head(200, kStream).wait(10ms).body(kHello).wait(-4ms).body(kHello).wait(1ms).body(kHello);
  const auto result = play.body(kUsage + kStop + kDone).end();
  EXPECT_FALSE(result.tpot_seconds);
  EXPECT_EQ(result.max_gap_seconds, 0.0);
}

TEST(ProbeTimes, NoTokenNoSample) {
  const auto stream = replay(stream_target(), {200, kStream, {}}, {kRole, kLength, kDone});
  EXPECT_EQ(stream.outcome, Outcome::ok_empty);
  EXPECT_FALSE(stream.ttft_seconds || stream.ttft_content_seconds || stream.first_token);

  const std::string body = R"({"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]})";
  const auto completion = replay(completion_target(), {200, kJson, {}}, {body});
  EXPECT_EQ(completion.outcome, Outcome::ok);
  EXPECT_EQ(completion.text, "Hi");
  EXPECT_FALSE(completion.ttft_seconds || completion.first_token);
}

TEST(ProbeTimes, PhasesAddUpWhateverHappens) {
  const Pieces pieces[] = {{},       {kRole},        {kHello}, {kHello, kStop, kDone},
                           {kError}, {"garbage\n\n"}};
  for (const auto& p : pieces) {
    for (const auto end : {TransportEnd::complete, TransportEnd::cut, TransportEnd::cancelled}) {
      const auto result = replay(stream_target(), {200, kStream, {}}, p, end);
      EXPECT_EQ(result.duration_seconds,
                std::accumulate(result.phase_seconds.begin(), result.phase_seconds.end(), 0.0));
    }
  }
}

TEST(ProbeTimes, TimeBeforeAMissingFirstTokenIsPrefill) {
  Play play(stream_target());
  play.wait(10ms).head(200, kStream).body(kRole);
  const auto result = play.expire();
  EXPECT_EQ(result.outcome, Outcome::no_first_token);
  EXPECT_NEAR(result.phase_seconds[static_cast<std::size_t>(Phase::prefill)], 19.93, 1e-9);
}

// ---- Deadlines. Ready at 30 ms, the answer's head at 100 ms; first_token 20 s, idle 10 s, total
// 60 s.

TEST(ProbeDeadlines, FirstTokenCountsFromReadyAndIgnoresEverythingElse) {
  Play play(stream_target());
  EXPECT_EQ(play.deadline(), 20'030ms);
  play.wait(10ms).head(200, kStream).wait(5s).body(kRole).wait(5s).body(kComment);
  EXPECT_EQ(play.deadline(), 20'030ms);
  const auto result = play.expire();
  EXPECT_EQ(result.outcome, Outcome::no_first_token);
  EXPECT_THAT(message(result), HasSubstr("no token within 20 s"));
}

TEST(ProbeDeadlines, IdleIsRearmedByEveryByteAfterTheFirstToken) {
  Play play(stream_target());
  play.wait(10ms).head(200, kStream).body(kThought);
  EXPECT_EQ(play.deadline(), 10'100ms);
  play.wait(4s).body(kComment);
  EXPECT_EQ(play.deadline(), 14'100ms);
  play.wait(4s).body(":");
  EXPECT_EQ(play.deadline(), 18'100ms);
  const auto result = play.expire();
  EXPECT_EQ(result.outcome, Outcome::stalled);
  EXPECT_THAT(message(result), HasSubstr("10 s"));
  EXPECT_TRUE(result.ttft_seconds);  // the token did come
}

TEST(ProbeDeadlines, TotalIsTooSlowForOneThatTalksAndNoFirstTokenForASilentOne) {
  Play talking(stream_target());
  talking.wait(10ms).head(200, kStream);
  while (talking.now() < 59s) talking.wait(5s).body(kHello);
  EXPECT_EQ(talking.deadline(), 60s);
  EXPECT_EQ(talking.expire().outcome, Outcome::too_slow);

  const auto patient = stream_target();
  patient->timeout.first_token = 100s;
  Play silent(patient);
  EXPECT_EQ(silent.deadline(), 60s);
  silent.wait(10ms).head(200, kStream).body(kRole);
  const auto result = silent.expire();
  EXPECT_EQ(result.outcome, Outcome::no_first_token);
  EXPECT_THAT(message(result), HasSubstr("60 s"));
}

TEST(ProbeDeadlines, AnAnswerThatIsNoStreamHasTheTotalOneAlone) {
  for (const auto kind : {Kind::completion, Kind::models}) {
    Play silent(make_target("vllm", kind));
    EXPECT_EQ(silent.deadline(), 60s);
    EXPECT_EQ(silent.expire().outcome, Outcome::no_first_token);
    Play slow(make_target("vllm", kind));
    slow.head(200, kJson).body("{\"choices\":");
    EXPECT_EQ(slow.deadline(), 60s);
    EXPECT_EQ(slow.expire().outcome, Outcome::too_slow);
  }
}

TEST(ProbeDeadlines, AfterAFinishReasonSilenceIsSuccess) {
  Play play(stream_target());
  play.wait(10ms).head(200, kStream).body(kHello).wait(1s).body(kStop);
  EXPECT_FALSE(play.stopped());  // usage and terminator may follow
  EXPECT_EQ(play.deadline(), 11'100ms);
  const auto result = play.expire();
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_FALSE(result.terminated);
  EXPECT_NEAR(result.duration_seconds, 1.1, 1e-9);  // not the waiting
}

TEST(ProbeDeadlines, AnErrorIsFollowedByASecondAtMost) {
  Play play(stream_target());
  play.wait(10ms).head(200, kStream).body(kHello).body(kError);
  EXPECT_FALSE(play.stopped());
  EXPECT_EQ(play.deadline(), 1'100ms);
  const auto result = play.expire();
  EXPECT_EQ(result.outcome, Outcome::stream_error);
  EXPECT_EQ(message(result), "boom");
  EXPECT_FALSE(result.terminated);

  Play vllm(stream_target());
  vllm.head(200, kStream).body(kHello).body(kError).wait(10ms).body(kDone);
  EXPECT_TRUE(vllm.stopped());
  const auto with_done = vllm.end();
  EXPECT_EQ(with_done.outcome, Outcome::stream_error);
  EXPECT_TRUE(with_done.terminated);
}

TEST(ProbeDeadlines, WhatFollowsAnErrorIsNoAnswer) {
  const auto result = replay(stream_target(), {200, kStream, {}}, {kError, kHello, kStop, kDone});
  EXPECT_EQ(result.outcome, Outcome::stream_error);
  EXPECT_FALSE(result.first_token);
  EXPECT_FALSE(result.finish_reason);
}

TEST(ProbeDeadlines, AReusedConnectionIsReadToItsEndForASecond) {
  Play cold(stream_target());
  cold.head(200, kStream).body(kHello + kStop + kDone);
  EXPECT_TRUE(cold.stopped());

  Play reuse(reusing_target());
  reuse.wait(10ms).head(200, kStream).body(kHello + kStop + kDone);
  EXPECT_FALSE(reuse.stopped());
  EXPECT_EQ(reuse.deadline(), 1'100ms);
  const auto result = reuse.wait(300ms).end();
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_NEAR(result.duration_seconds, 0.1, 1e-9);
}

TEST(ProbeDeadlines, WhatFollowsTheTerminatorIsNoAnswer) {
  Play play(reusing_target());
  play.head(200, kStream).body(kHello + kStop + kDone).body(kError).body(std::string(2 << 20, 'x'));
  EXPECT_FALSE(play.stopped());
  EXPECT_EQ(play.end().outcome, Outcome::ok);
}

TEST(ProbeDeadlines, BeforeTheConnectionIsReadyOnlyTheTotalCounts) {
  std::optional<ProbeResult> none;
  Probe probe(stream_target(), {}, kStart, kNoon, [&](ProbeResult r) { none = std::move(r); });
  EXPECT_EQ(*probe.deadline() - kStart, 60s);
}

// ---- Outcomes that depend on how bytes and their end come together.

struct EndCase {
  const char* name;
  std::string body;
  HeaderList headers;
  TransportEnd end;
  Outcome want;
  const char* want_message = "";
};

TEST(ProbeOutcomes, OfStreams) {
  const std::string json = R"({"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]})";
  const HeaderList html = {{"Content-Type", "text/html"}};
  const HeaderList plain = {{"Content-Type", "text/plain"}};
  const auto complete = TransportEnd::complete;
  const auto cut = TransportEnd::cut;
  const EndCase cases[] = {
      {"finished", kHello + kStop + kUsage + kDone, kStream, complete, Outcome::ok},
      {"without terminator", kHello + kStop, kStream, complete, Outcome::ok},
      {"cut after the finish reason", kHello + kStop, kStream, cut, Outcome::ok},
      {"cut before it", kHello, kStream, cut, Outcome::truncated, "in the middle"},
      {"ended before it", kHello, kStream, complete, Outcome::truncated, "without a finish reason"},
      {"[DONE] is no finish reason", kHello + kDone, kStream, complete, Outcome::truncated},
      {"unfinished last event", kHello + kStop.substr(0, kStop.size() - 1), kStream, complete,
       Outcome::truncated},
      {"nothing at all", "", kStream, complete, Outcome::truncated, "without an event"},
      {"nothing but comments", kComment + kComment, kStream, complete, Outcome::truncated},
      {"refused",
       R"(data: {"choices":[{"delta":{"refusal":"No."},"finish_reason":"stop"}]})"
       "\n\n" +
           kDone,
       kStream, complete, Outcome::blocked, "filter"},
      {"filtered",
       R"(data: {"choices":[{"delta":{"content":"No"},"finish_reason":"content_filter"}]})"
       "\n\n",
       kStream, complete, Outcome::blocked, "filter"},
      {"an error event that is not JSON", kHello + "event: error\ndata: lost it\n\n", kStream,
       complete, Outcome::stream_error, "lost it"},
      {"JSON instead of a stream", "\n\n " + json, kJson, complete, Outcome::ok},
      {"JSON under the name of a stream", json, kStream, complete, Outcome::ok},
      {"JSON that breaks off", json, kJson, cut, Outcome::truncated},
      {"an error instead of a stream", R"({"error":{"message":"x","code":503}})", kJson, complete,
       Outcome::overloaded},
      {"a stream under another name", kComment + kHello + kStop + kDone, plain, complete,
       Outcome::ok},
      {"a stream without a name", kHello + kStop + kDone, {}, complete, Outcome::ok},
      {"a BOM", "\xEF\xBB\xBF" + kHello + kStop + kDone, plain, complete, Outcome::ok},
      {"HTML", "<html>Welcome to the hotel</html>", html, complete, Outcome::invalid_response,
       "Welcome to the hotel"},
      {"text", "dat is no stream", plain, complete, Outcome::invalid_response, "dat is no"},
      {"an empty body", "", kJson, complete, Outcome::invalid_response, "empty"},
      {"white space", " \n\n ", kJson, complete, Outcome::invalid_response, "empty"},
      {"an event that is not JSON", kHello + "data: {\"a\":\n\n", kStream, complete,
       Outcome::invalid_response, "{\"a\":"},
      {"an event that is not an object", "data: 17\n\n", kStream, complete,
       Outcome::invalid_response},
      {"choices that are none", "data: {\"choices\":7}\n\n", kStream, complete,
       Outcome::invalid_response},
      {"a delta that is none", "data: {\"choices\":[{\"delta\":\"x\"}]}\n\n", kStream, complete,
       Outcome::invalid_response},
      {"content that is a number", "data: {\"choices\":[{\"delta\":{\"content\":1}}]}\n\n", kStream,
       complete, Outcome::invalid_response},
      {"bad UTF-8", "data: {\"choices\":[{\"delta\":{\"content\":\"\xC3\"}}]}\n\n", kStream,
       complete, Outcome::invalid_response},
      {"NUL bytes", std::string("data: \0\0\0\n\n", 11), kStream, complete,
       Outcome::invalid_response},
      {"too deep", "data: " + std::string(100, '[') + std::string(100, ']') + "\n\n", kStream,
       complete, Outcome::invalid_response},
      {"a number out of range", "data: {\"usage\":{\"prompt_tokens\":1e999}}\n\n", kStream,
       complete, Outcome::invalid_response},
  };
  for (const auto& c : cases) {
    for (const std::size_t n : {std::size_t{1}, std::size_t{5}, std::size_t{1} << 20}) {
      SCOPED_TRACE(std::string(c.name) + " by " + std::to_string(n));
      const auto result =
          replay(stream_target(), {200, c.headers, c.body}, every(n, c.body), c.end);
      EXPECT_EQ(to_string(result.outcome), to_string(c.want)) << message(result);
      EXPECT_THAT(message(result), HasSubstr(c.want_message));
      EXPECT_EQ(message(result).empty(), success(c.want));
    }
  }
}

TEST(ProbeOutcomes, OfModelLists) {
  const std::pair<const char*, Outcome> cases[] = {
      {R"({"data":[{"id":"a"},{"id":"b"}]})", Outcome::ok},
      {R"([{"id":"a"},{"id":"b"}])", Outcome::ok},
      {R"({"data":[]})", Outcome::ok},
      {R"({"data":{"id":"a"}})", Outcome::invalid_response},
      {R"({"data":[{"name":"a"}]})", Outcome::invalid_response},
      {R"({"list":[]})", Outcome::invalid_response},
      {R"("a")", Outcome::invalid_response},
      {R"({"error":{"message":"no","code":"invalid_api_key"}})", Outcome::auth},
  };
  for (const auto* type : {"openai", "anthropic"}) {
    for (const auto& [body, want] : cases) {
      SCOPED_TRACE(body);
      const auto result = replay(make_target(type, Kind::models), {200, kJson, {}}, {body});
      EXPECT_EQ(to_string(result.outcome), to_string(want));
      EXPECT_EQ(result.models_count, result.models.size());
    }
  }
}

TEST(ProbeOutcomes, OfTheTransport) {
  struct Case {
    TransportEnd end;
    Outcome want;
    const char* want_message;
    const char* detail = "detail";
  };
  const Case cases[] = {
      {TransportEnd::dns_failed, Outcome::dns, "detail"},
      {TransportEnd::connect_failed, Outcome::connect, "detail"},
      {TransportEnd::tls_failed, Outcome::tls, "detail"},
      {TransportEnd::connect_deadline_dns, Outcome::dns, "5 s passed while resolving", ""},
      {TransportEnd::connect_deadline_connect, Outcome::connect, "passed while connecting", ""},
      {TransportEnd::connect_deadline_tls, Outcome::tls, "passed while shaking hands", ""},
      {TransportEnd::connect_deadline_tls, Outcome::tls, "detail"},
      {TransportEnd::cut, Outcome::truncated, "closed before the answer began"},
      {TransportEnd::limit, Outcome::invalid_response, "detail"},
      {TransportEnd::internal, Outcome::internal, "detail"},
  };
  for (const auto& c : cases) {
    Play play(stream_target());
    const auto result = play.end(c.end, c.detail);
    EXPECT_EQ(to_string(result.outcome), to_string(c.want));
    EXPECT_THAT(message(result), HasSubstr(c.want_message));
    EXPECT_FALSE(result.http_status);
    EXPECT_FALSE(result.cancelled);
  }
  Play play(stream_target());
  EXPECT_TRUE(play.end(TransportEnd::cancelled).cancelled);
}

TEST(ProbeOutcomes, ARedirectIsNotFollowedAndTellsNoSecrets) {
  const HeaderList headers = {{"Location", "https://user:pw@new.example:8443/v2/chat?key=abc#x"}};
  const auto result = replay(stream_target(), {302, headers, {}}, {"moved"});
  EXPECT_EQ(result.outcome, Outcome::not_found);
  EXPECT_EQ(result.http_status, 302);
  EXPECT_THAT(message(result), HasSubstr("new.example:8443/v2/chat"));
  EXPECT_THAT(message(result), HasSubstr("refused"));
  EXPECT_THAT(message(result), Not(HasSubstr("pw")));
  EXPECT_THAT(message(result), Not(HasSubstr("abc")));
}

TEST(ProbeOutcomes, AnErrorBodyIsReadToALimit) {
  Play endless(stream_target());
  endless.head(500, {});
  const std::string chunk(1 << 10, 'x');
  int chunks = 0;
  while (!endless.stopped() && chunks < 1'000) {
    endless.body(chunk);
    ++chunks;
  }
  EXPECT_EQ(chunks, 64);
  const auto result = endless.end();
  EXPECT_EQ(result.outcome, Outcome::server_error);
  EXPECT_LE(message(result).size(), 1'024u);

  EXPECT_THAT(message(replay(stream_target(), {401, {}, {}}, {})), HasSubstr("HTTP 401"));
}

TEST(ProbeOutcomes, LimitsHoldForEndlessAnswers) {
  const std::string junk(1 << 16, 'a');
  const auto flood = [&](const HeaderList& headers, std::string_view first,
                         const std::string& again) {
    Play play(stream_target());
    play.head(200, headers).body(first);
    std::size_t sent = 0;
    for (; !play.stopped() && sent < (20u << 20); sent += again.size()) play.body(again);
    EXPECT_LE(sent, kMaxBodyBytes + again.size());
    return play.end();
  };
  EXPECT_EQ(flood(kStream, "data: ", junk).outcome, Outcome::invalid_response);  // one line
  EXPECT_EQ(flood(kStream, "", "data: " + junk + "\n").outcome, Outcome::invalid_response);
  EXPECT_EQ(flood(kStream, "", kHello + ":" + junk + "\n").outcome, Outcome::invalid_response);
  EXPECT_EQ(flood(kJson, "{\"a\":\"", junk).outcome, Outcome::invalid_response);
  EXPECT_EQ(flood(kJson, "", std::string(1 << 16, ' ')).outcome, Outcome::invalid_response);
}

TEST(ProbeOutcomes, AnInterimAnswerIsForgotten) {
  Play play(stream_target());
  play.head(100, {{"x-request-id", "early"}}).head(200, kStream).body(kHello + kStop + kDone);
  const auto result = play.end();
  EXPECT_EQ(result.http_status, 200);
  EXPECT_EQ(result.request_id, "");
}

TEST(ProbeOutcomes, Expect) {
  const auto expecting = [](const char* pattern) {
    auto target = stream_target();
    target->expect = Expect{pattern, std::make_shared<re2::RE2>(pattern)};
    return target;
  };
  const RecordedAnswer answer{200, kStream, {}};
  EXPECT_EQ(replay(expecting("ell"), answer, {kHello, kStop, kDone}).outcome, Outcome::ok);
  const auto wrong = replay(expecting("(?i)pong"), answer, {kHello, kStop, kDone});
  EXPECT_EQ(wrong.outcome, Outcome::content_mismatch);
  EXPECT_THAT(message(wrong), HasSubstr("(?i)pong"));
  // Ran out of tokens before it could say anything.
  EXPECT_EQ(replay(expecting("pong"), answer, {kLength, kDone}).outcome, Outcome::ok_empty);
  EXPECT_EQ(replay(expecting("pong"), answer, {kStop, kDone}).outcome, Outcome::content_mismatch);
  // What broke is told before what did not match.
  EXPECT_EQ(replay(expecting("pong"), answer, {kHello}).outcome, Outcome::truncated);
}

// ---- What is in the result.

TEST(ProbeResultText, HasNoSecretsAndIsClean) {
  Credentials credentials;
  credentials.api_key = Secret("sk-verysecretkey0123456789");
  Play play(stream_target(), credentials);
  play.head(401, {{"x-request-id", "id-sk-verysecretkey0123456789"}});
  play.body(
      "{\"error\":{\"message\":\"bad\\u0007 key sk-verysecretkey0123456789\\ud83d\\ude00\","
      "\"code\":\"sk-verysecretkey0123456789\"}}");
  const auto result = play.end();
  EXPECT_EQ(result.outcome, Outcome::auth);
  EXPECT_THAT(message(result), Not(HasSubstr("verysecret")));
  EXPECT_THAT(message(result), Not(HasSubstr("\x07")));
  EXPECT_THAT(message(result), HasSubstr("\xF0\x9F\x98\x80"));
  EXPECT_THAT(result.error->code, Not(HasSubstr("verysecret")));
  EXPECT_THAT(result.request_id, Not(HasSubstr("verysecret")));

  Play echo(stream_target(), credentials);
  echo.head(200, kStream)
      .body("data: {\"choices\":[{\"delta\":{\"content\":\"sk-verysecretkey0123456789\"}}]}\n\n" +
            kStop);
  EXPECT_THAT(echo.end().text, Not(HasSubstr("verysecret")));
}

TEST(ProbeResultText, IsBounded) {
  std::string event =
      R"(data: {"model":")" + std::string(5'000, 'm') + R"(","choices":[{"delta":{"content":")";
  for (int i = 0; i < 40'000; ++i) event += "\xC3\xA7";
  event += "\"}}]}\n\n";
  const auto result = replay(stream_target(), {200, kStream, {}}, {event, kStop, kDone});
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_LE(result.text.size(), kMaxText);
  EXPECT_LE(result.served_model.size(), 256u);
  EXPECT_LE(result.first_token->text.size(), 256u);
}

TEST(ProbeResultText, ModelsAreCountedBeyondTheirLimit) {
  std::string body = R"({"data":[)";
  for (std::size_t i = 0; i < kMaxModels + 5; ++i)
    body += (i ? "," : "") + std::string(R"({"id":"m"})");
  const auto result = replay(make_target("openai", Kind::models), {200, kJson, {}}, {body + "]}"});
  EXPECT_EQ(result.models.size(), kMaxModels);
  EXPECT_EQ(result.models_count, kMaxModels + 5);
}

TEST(ProbeResultUsage, IsCumulativeAndNeverZeroForUnknown) {
  const std::string early =
      R"(data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}})"
      "\n\n";
  const std::string odd = R"(data: {"choices":[],"usage":{"prompt_tokens":-1,)"
                          R"("completion_tokens":1.5,"completion_tokens_details":null}})"
                          "\n\n";
  const auto result =
      replay(stream_target(), {200, kStream, {}}, {early, kHello, kStop, kUsage, odd, kDone});
  EXPECT_EQ(result.usage->input, 3u);
  EXPECT_EQ(result.usage->output, 4u);
  EXPECT_FALSE(result.usage->cached || result.usage->reasoning);
}

TEST(ProbeResultUsage, AnthropicPlaceholderIsNoOutput) {
  const std::string start =
      R"(data: {"type":"message_start","message":{"usage":{"input_tokens":9,"output_tokens":1}}})"
      "\n\n";
  const auto result = replay(make_target("anthropic", Kind::stream), {200, kStream, {}}, {start});
  EXPECT_EQ(result.outcome, Outcome::truncated);
  EXPECT_EQ(result.usage->input, 9u);
  EXPECT_FALSE(result.usage->output);
}

// ---- The call.

TEST(MakeCall, CarriesTheTransportSettings) {
  auto target = make_target("openai", Kind::completion);
  auto provider = *target->provider;
  provider.proxy_url = "env";
  provider.http_version = HttpVersion::http2;
  provider.tls = {"/ca", "/cert", "/key", "name", true};
  target->provider = std::make_shared<Provider>(provider);
  target->timeout.connect = 3s;
  target->connection = Connection::reuse;
  const auto call = make_call(*target, {}, WallTime{});
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.url, "https://api.openai.com/v1/chat/completions");
  EXPECT_EQ(call.proxy_url, "env");
  EXPECT_TRUE(call.http2 && call.accept_gzip && call.reuse_connection && call.insecure_skip_verify);
  EXPECT_EQ(call.ca_file + call.cert_file + call.key_file + call.server_name, "/ca/cert/keyname");
  EXPECT_EQ(call.connect_timeout, 3s);
  EXPECT_FALSE(make_call(*stream_target(), {}, WallTime{}).accept_gzip);
}

}  // namespace
}  // namespace llm::test
