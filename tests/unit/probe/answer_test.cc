// How an answer is cut and added up, for every framing, in every split.
#include "probe/answer.h"

#include <gtest/gtest.h>

#include <limits>

#include "unit/probe/replay.h"

namespace llm::test {
namespace {

std::string show(const Answer& answer) {
  const auto& said = answer.said();
  std::string out = answer.is_event_stream() ? "stream" : "body";
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out += std::string(" ") + name + "=" + value;
  };
  add("text", said.text);
  add("finish", said.finish_reason.value_or(""));
  if (said.finished) out += " finished";
  if (said.refused) out += " refused";
  if (answer.at().terminated) out += " end";
  if (said.usage && said.usage->output) add("out", std::to_string(*said.usage->output));
  if (said.error) add("error", said.error->message);
  if (!said.invalid.empty()) out += " invalid";
  return out;
}

struct Case {
  const char *name, *type, *content_type;
  std::string body;
  const char* want;
};

const std::string kHello = R"(data: {"candidates":[{"content":{"parts":[{"text":"Hel"}]}}]})";
const std::string kError = R"({"error": {"code": 500, "message": "broke", "status": "INTERNAL"}})";
const std::string kChat = R"(data: {"choices":[{"delta":{"content":"Hel"}}]})";
const std::string kLine = R"({"message":{"content":"Hel"},"done":false})";
const std::string kLastLine = R"({"message":{"content":"lo"},"done":true,"done_reason":"stop"})";
constexpr const char* kSse = "text/event-stream";
constexpr const char* kLines = "application/x-ndjson";

const Case kCases[] = {
    // Gemini: the end is a finish reason, and what follows it still counts.
    {"usage after the finish reason", "gemini", kSse,
     kHello + "\n\n" + R"(data: {"candidates":[{"finishReason":"STOP"}]})" + "\n\n" +
         R"(data: {"usageMetadata":{"candidatesTokenCount":7}})" + "\n\n",
     "stream text=Hel finish=STOP finished end out=7"},
    {"an error after the finish reason", "gemini", kSse,
     R"(data: {"candidates":[{"finishReason":"STOP"}]})" + std::string("\n\n") + kError,
     "stream finish=STOP finished end error=broke"},
    {"a bare error", "vertex", kSse, kHello + "\r\n\r\n" + kError, "stream text=Hel error=broke"},
    {"a bare error on several lines", "gemini", kSse,
     kHello + "\r\n\r\n{\r\n  \"error\": {\r\n    \"message\": \"broke\"\r\n  }\r\n}\r\n",
     "stream text=Hel error=broke"},
    {"a bare list with an error", "gemini", kSse, kHello + "\n\n[" + kError + "\n]\n",
     "stream text=Hel error=broke"},
    {"half a bare error", "gemini", kSse, kHello + "\n\n" + kError.substr(0, 30),
     "stream text=Hel"},
    {"text in bare JSON is no event", "gemini", kSse, kHello + "\n\n" + kHello.substr(6) + "\n\n",
     "stream text=Hel"},
    {"a bare error of another dialect", "openai", kSse, kChat + "\n\n" + kError + "\n",
     "stream text=Hel error=broke"},
    {"bare JSON that is no error", "openai", kSse, kChat + "\n\n{\"ping\":1}\n\n" + kChat + "\n\n",
     "stream text=HelHel"},
    {"a stream as an array", "gemini", "application/json",
     "[" + kHello.substr(6) + ",\r\n" +
         R"({"candidates":[{"content":{"parts":[{"text":"lo"}]},"finishReason":"STOP"}]})" + "]",
     "body text=Hello finish=STOP finished"},
    {"an error in place of a stream", "gemini", "application/json", kError,
     "body finished error=broke"},
    {"a stream under a wrong name", "gemini", "text/plain", "\xEF\xBB\xBF\r\n" + kHello + "\n\n",
     "stream text=Hel"},
    // Ollama.
    {"lines", "ollama", kLines, kLine + "\n" + kLastLine + "\n",
     "stream text=Hello finish=stop finished end"},
    {"lines with CRLF and blanks", "ollama", kLines,
     "\r\n" + kLine + "\r\n\r\n" + kLastLine + "\r\n",
     "stream text=Hello finish=stop finished end"},
    {"a last line without its end", "ollama", kLines, kLine + "\n" + kLastLine,
     "stream text=Hello finish=stop finished end"},
    {"half a line", "ollama", kLines, kLine + "\n" + kLastLine.substr(0, 20), "stream text=Hel"},
    {"no last line", "ollama", kLines, kLine + "\n", "stream text=Hel"},
    {"an error line", "ollama", kLines, kLine + "\n{\"error\":\"broke\"}\n",
     "stream text=Hel error=broke"},
    {"an error in place of a stream", "ollama", "application/json", "{\"error\":\"broke\"}",
     "stream error=broke"},
    {"an end without a reason", "ollama", kLines,
     "{\"message\":{\"content\":\"a\"},\"done\":true}\n", "stream text=a finished end"},
    {"what follows the end is not read", "ollama", kLines, kLastLine + "\n" + kLine + "\n",
     "stream text=lo finish=stop finished end"},
    {"a page", "ollama", "text/html", "<html>\n</html>\n", "stream invalid"},
    {"no type, and nothing", "ollama", "", "", "stream"},
    // Cohere.
    {"an end of its own and a common one", "cohere", kSse,
     "event: content-delta\ndata: "
     R"({"type":"content-delta","delta":{"message":{"content":{"text":"a"}}}})"
     "\n\nevent: message-end\ndata: "
     R"({"type":"message-end","delta":{"finish_reason":"COMPLETE"}})"
     "\n\ndata: [DONE]\n\n",
     "stream text=a finish=COMPLETE finished end"},
    {"a failure as an end", "cohere", kSse,
     "data: "
     R"({"type":"message-end","delta":{"finish_reason":"ERROR","error":"broke"}})"
     "\n\n",
     "stream finish=ERROR finished end error=broke"},
    // Bedrock answers in JSON what it was asked to stream.
    {"JSON in place of frames", "bedrock", "application/json",
     R"({"output":{"message":{"content":[{"text":"a"}]}},"stopReason":"end_turn"})",
     "body text=a finish=end_turn finished"},
    {"no frame", "bedrock", "application/vnd.amazon.eventstream", "hello, this is no frame at all",
     "stream error=?"},
};

std::string read(const Case& c, const Pieces& pieces, bool whole) {
  const auto target = make_target(c.type, Kind::stream);
  target->connection = Connection::reuse;  // read on past the end
  Answer answer(*target, find_dialect(target->provider->dialect));
  answer.begin(200, c.content_type);
  MonoTime now = kStart;
  for (const auto piece : pieces) {
    now += 10ms;
    if (!answer.feed(piece, Arrival{now, true})) break;
  }
  answer.finish(whole);
  auto shown = show(answer);
  // The words for a broken frame are the framer's.
  if (const auto at = shown.find(" error=");
      at != shown.npos && c.want == std::string("stream error=?"))
    shown.replace(at, shown.npos, " error=?");
  return shown;
}

TEST(Answer, IsReadTheSameInEverySplit) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(std::string(c.type) + ": " + c.name);
    EXPECT_EQ(read(c, whole(c.body), true), c.want);
    for (const std::size_t piece : {1, 2, 7})
      EXPECT_EQ(read(c, every(piece, c.body), true), c.want) << "by " << piece;
    for (std::size_t at = 1; at < c.body.size(); ++at)
      ASSERT_EQ(read(c, cut_at(at, c.body), true), c.want) << "cut at " << at;
  }
}

// What was said before a connection broke was said; only a body has to be whole.
TEST(Answer, OfAStreamThatBreaksOffSaysTheSame) {
  for (const auto& c : kCases) {
    if (!std::string(c.want).starts_with("stream")) continue;
    EXPECT_EQ(read(c, whole(c.body), false), c.want) << c.type << ": " << c.name;
  }
}

TEST(Answer, StopsAtTheEndUnlessMoreMayCome) {
  const auto more = [](const char* type, std::string_view bytes) {
    const auto target = make_target(type, Kind::stream);
    Answer answer(*target, find_dialect(target->provider->dialect));
    answer.begin(200, "text/event-stream");
    return answer.feed(bytes, Arrival{kStart, true});
  };
  EXPECT_FALSE(more("ollama", kLastLine + "\n"));
  EXPECT_FALSE(more("openai", "data: [DONE]\n\n"));
  EXPECT_TRUE(more("gemini", "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n"));
}

// ---- Adding up, with a dialect made of what its events are to say.

Reading g_next;
Reading say_next(const Event&, const Target&) { return g_next; }
constexpr Dialect kSaying = {.name = "saying",
                             .framing = Framing::json_lines,
                             .request = nullptr,
                             .read_event = say_next,
                             .read_body = nullptr};

class Adding : public testing::Test {
 protected:
  Adding() { answer_.begin(200, ""); }
  const Said& say(Reading reading) {
    g_next = std::move(reading);
    answer_.feed("{}\n", Arrival{kStart, true});
    return answer_.said();
  }
  std::shared_ptr<Target> target_ = make_target("ollama", Kind::stream);
  Answer answer_{*target_, &kSaying};
};

Reading times(double ms, std::vector<Timing> timings, double usd) {
  Reading reading;
  reading.provider_ms = reading.provider_ttft_ms = ms;
  reading.timings = std::move(timings);
  reading.cost_usd = usd;
  return reading;
}

Reading counts(std::optional<std::uint64_t> input, std::uint64_t output,
               std::optional<std::uint64_t> billed) {
  Reading reading;
  auto& usage = reading.usage.emplace();
  usage.reasoning_apart = true;
  usage.input = input;
  usage.output = output;
  usage.reasoning = 3;
  usage.billed_input = usage.billed_output = billed;
  return reading;
}

TEST_F(Adding, TheLastWordCounts) {
  say(times(1, {{"a_ms", 3}}, 0.5));
  const auto& said = say(times(2, {{"b_ms", 4}, {"a_ms", 5}}, 0.25));
  EXPECT_EQ(said.provider_ms, 2);
  EXPECT_EQ(said.provider_ttft_ms, 2);
  EXPECT_EQ(said.timings, (std::vector<Timing>{{"a_ms", 5}, {"b_ms", 4}}));
  EXPECT_EQ(said.cost_usd, 0.25);
}

TEST_F(Adding, WhatIsNotRepeatedStays) {
  say(times(1, {{"a_ms", 3}}, 0.5));
  say(counts(9, 1, {}));
  const auto& said = say(counts({}, 2, 4));
  EXPECT_EQ(said.provider_ms, 1);
  EXPECT_EQ(said.cost_usd, 0.5);
  EXPECT_EQ(said.usage->input, 9u);
  EXPECT_EQ(said.usage->output, 2u);
  EXPECT_EQ(said.usage->generated(), 5u) << "reasoning stands apart";
  EXPECT_EQ(said.usage->billed_input, 4u);
  EXPECT_EQ(said.usage->billed_output, 4u);
}

TEST_F(Adding, NonsenseIsNotKnown) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const double value : {-1.0, kNan, kInf, 1e12}) {
    const auto& said = say(times(value, {{"a_ms", value}}, value));
    EXPECT_FALSE(said.provider_ms || said.provider_ttft_ms || said.cost_usd) << value;
    EXPECT_TRUE(said.timings.empty()) << value;
  }
}

TEST_F(Adding, ListsAreBounded) {
  Reading reading;
  for (int i = 0; i < 100; ++i) {
    reading.timings.push_back({std::to_string(i), 1});
    reading.served_by.push_back(std::to_string(i));
  }
  const auto& said = say(reading);
  EXPECT_EQ(said.timings.size(), kMaxTimings);
  EXPECT_EQ(said.served_by.size(), kMaxTimings);
}

TEST(Answer, OfTheHubSaysWhoServes) {
  const auto target = make_target("huggingface", Kind::served);
  Dialect hub = kSaying;
  hub.read_body = [](std::string_view, const Target&) {
    Reading reading;
    reading.model_served = true;
    reading.served_by = {"a"};
    return reading;
  };
  Answer answer(*target, &hub);
  answer.begin(200, "application/json");
  answer.feed("{}", Arrival{kStart, true});
  answer.finish(true);
  EXPECT_EQ(answer.said().model_served, true);
  EXPECT_EQ(answer.said().served_by, std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace llm::test
