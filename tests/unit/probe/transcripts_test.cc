// Every transcript, through the Probe, in many splits: the result must be what the manifest says
// and never depend on where the network cut the bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/text.h"
#include "dialects/numbers.h"
#include "unit/probe/replay.h"

namespace llm::test {
namespace {

using nlohmann::json;

std::string slurp(const std::string& name) {
  std::ifstream file(std::string(LLM_SOURCE_DIR "/tests/transcripts/") + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Transcript {
  json entry;
  std::string dialect() const { return entry["dialect"]; }
  std::string name() const { return dialect() + "/" + entry["case"].get<std::string>(); }
  const json& expect() const { return entry["expect"]; }
};

// What is no answer to a probe, and the test that reads it.
const std::map<std::string, std::string> kReadElsewhere = {
    {"status-pages", "unit_status"},
    {"usage-costs", "unit_accounts"},
    {"prices", "unit_money"},
    {"vertex/oauth-token-ok", "unit_auth"},
    {"vertex/oauth-token-invalid-grant", "unit_auth"},
};
// Health checks, which no kind of probe asks: the cheapest of its kinds proves more.
const std::set<std::string> kNotAsked = {
    "vllm/version", "llamacpp/health-ok", "litellm/health-readiness",
    "litellm/health-readiness-no-db", "portkey/root-selfhosted"};

std::vector<Transcript> transcripts() {
  std::vector<Transcript> all;
  for (const auto& entry : json::parse(slurp("manifest.json"))) {
    const Transcript transcript{entry};
    if (kReadElsewhere.contains(transcript.dialect()) ||
        kReadElsewhere.contains(transcript.name()) || kNotAsked.contains(transcript.name()))
      continue;
    all.push_back(transcript);
  }
  return all;
}

RecordedAnswer load(const Transcript& transcript) {
  RecordedAnswer answer;
  answer.body = slurp(transcript.entry["body"]);
  std::istringstream lines(slurp(transcript.entry["headers"]));
  std::string line;
  std::getline(lines, line);
  answer.status = std::stoi(line.substr(line.find(' ')));
  while (std::getline(lines, line)) {
    const auto colon = line.find(':');
    if (colon != std::string::npos)
      answer.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  return answer;
}

// The target that would have asked for the answer.
std::shared_ptr<Target> target_of(const Transcript& transcript) {
  struct Speaker {
    const char* type;
    const char* dialect;  // nullptr: the type's own
  };
  static const std::map<std::string, Speaker> kSpeakers = {
      {"openai-chat", {"openai", nullptr}},
      {"openai-responses", {"openai", "openai-responses"}},
      {"azure-openai", {"azure", nullptr}},
      {"ollama-native", {"ollama", nullptr}},
      {"ollama-openai", {"ollama", "openai-chat"}},
  };
  const auto it = kSpeakers.find(transcript.dialect());
  const auto& type =
      *find_provider_type(it == kSpeakers.end() ? transcript.dialect() : it->second.type);
  const auto& name = transcript.entry["case"].get<std::string>();
  Kind kind = Kind::stream;
  if (transcript.expect().contains("models")) kind = Kind::models;
  if (name.find("nonstream") != std::string::npos) kind = Kind::completion;
  if (name.starts_with("hub-")) kind = Kind::served;
  auto target = make_target(type, kind);
  if (it != kSpeakers.end() && it->second.dialect) {
    auto provider = std::make_shared<Provider>(*target->provider);
    provider->dialect = it->second.dialect;
    target->provider = provider;
  }
  return target;
}

// ---- Comparing. Each takes what the manifest says: a value, or null for "must not be there".

void check(const json& want, const std::optional<FirstToken>& got) {
  ASSERT_EQ(got.has_value(), !want.is_null());
  if (!got) return;
  EXPECT_EQ(got->reasoning ? "reasoning" : "content", want["kind"].get<std::string>());
  EXPECT_EQ(got->text, want["text"].get<std::string>());
}

void check(const json& want, const std::optional<double>& got) {
  ASSERT_EQ(got.has_value(), !want.is_null());
  if (got) {
    EXPECT_NEAR(*got, want.get<double>(), 1e-6);
  }
}

void check(const json& want, const std::string& got) {
  EXPECT_EQ(got, want.is_null() ? "" : want.is_number() ? want.dump() : want.get<std::string>());
}

// A finer code inside `details` is reported as the reason.
void check_code(const json& want, const ProviderError& got) {
  check(want, want == got.reason ? got.reason : got.code);
}

void check_usage(const json& want, const std::optional<Usage>& got) {
  ASSERT_EQ(got.has_value(), !want.is_null());
  if (!got) return;
  const std::map<std::string, std::optional<std::uint64_t>> members = {
      {"input", got->input},
      {"uncached_input", got->uncached_input},
      {"output", got->output},
      {"cached", got->cached},
      {"cache_write", got->cache_write},
      {"reasoning", got->reasoning},
      {"billed_input", got->billed_input},
      {"billed_output", got->billed_output},
      // Sums of the others.
      {"total", got->input && got->generated() ? std::optional(*got->input + *got->generated())
                                               : std::nullopt},
      {"visible_output", got->output && got->reasoning
                             ? std::optional(*got->output - *got->reasoning)
                             : std::nullopt}};
  for (const auto& [name, value] : want.items()) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(members.contains(name));
    const auto& count = members.at(name);
    ASSERT_EQ(count.has_value(), !value.is_null());
    if (count) {
      EXPECT_EQ(*count, value.get<std::uint64_t>());
    }
  }
}

void check_limits(const json& want, const RateLimits& got) {
  if (want.is_null()) {
    EXPECT_TRUE(got.empty());
    return;
  }
  for (const auto& [resource, limit] : want.items()) {
    SCOPED_TRACE(resource);
    const auto same = [&resource = resource](const RateLimit& l) {
      return to_string(l.resource) == resource;
    };
    const auto found = std::find_if(got.begin(), got.end(), same);  // the shortest window
    ASSERT_NE(found, got.end());
    for (const auto& [member, value] : limit.items()) {
      SCOPED_TRACE(member);
      if (member == "limit") {
        check(value, found->limit);
      } else if (member == "remaining") {
        check(value, found->remaining);
      } else if (member == "reset_s") {
        check(value, found->reset_seconds);
      } else if (member == "reset_at") {  // the answer came 0.1 s after noon
        const auto when = parse_rfc3339(value.get<std::string>());
        check(std::max(0.0, to_unix_seconds(*when) - to_unix_seconds(kNoon) - 0.1),
              found->reset_seconds);
      } else {
        ASSERT_EQ(member, "window");
        EXPECT_EQ(to_string(found->window), value == "300s" ? "five_minutes" : value);
      }
    }
  }
}

void check_timings(const json& want, const std::vector<Timing>& got) {
  for (const auto& [name, ms] : want.items()) {
    SCOPED_TRACE(name);
    const auto found = std::ranges::find(got, name, &Timing::name);
    ASSERT_NE(found, got.end());
    EXPECT_NEAR(found->ms, ms.get<double>(), 1e-6);
  }
}

void check(const Transcript& transcript, const ProbeResult& got) {
  const auto& want = transcript.expect();
  EXPECT_EQ(to_string(got.outcome), want["outcome"].get<std::string>())
      << (got.error ? got.error->message : "");
  const ProviderError error = got.error.value_or(ProviderError{});
  EXPECT_EQ(got.kind, got.target->kind);
  const std::map<std::string, std::function<void(const json&)>> members = {
      {"outcome", [](const json&) {}},
      {"first_token", [&](const json& w) { check(w, got.first_token); }},
      {"first_content", [&](const json& w) { check(w, got.first_content); }},
      {"terminated", [&](const json& w) { EXPECT_EQ(got.terminated, w.get<bool>()); }},
      {"text", [&](const json& w) { check(w, got.text); }},
      {"finish_reason", [&](const json& w) { check(w, got.finish_reason.value_or("(none)")); }},
      {"usage", [&](const json& w) { check_usage(w, got.usage); }},
      {"served_model", [&](const json& w) { check(w, got.served_model); }},
      {"served_provider", [&](const json& w) { check(w, got.served_provider); }},
      {"system_fingerprint", [&](const json& w) { check(w, got.system_fingerprint); }},
      {"request_id", [&](const json& w) { check(w, got.request_id); }},
      {"provider_ms", [&](const json& w) { check(w, got.provider_ms); }},
      {"provider_ttft_ms", [&](const json& w) { check(w, got.provider_ttft_ms); }},
      {"timings", [&](const json& w) { check_timings(w, got.timings); }},
      {"cost_usd", [&](const json& w) { check(w, got.cost_usd); }},
      {"retry_after_s", [&](const json& w) { check(w, got.retry_after_seconds); }},
      {"error_type", [&](const json& w) { check(w, error.type); }},
      {"error_code", [&](const json& w) { check_code(w, error); }},
      {"error_param", [&](const json& w) { check(w, error.param); }},
      {"models", [&](const json& w) { EXPECT_EQ(json(got.models), w); }},
      {"ratelimit", [&](const json& w) { check_limits(w, got.rate_limits); }},
  };
  for (const auto& [name, value] : want.items()) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(members.contains(name)) << "nobody compares it";
    members.at(name)(value);
  }
}

// ---- Replaying.

// Some are recorded with CRLF.
std::string with_line_ends(std::string_view body, std::string_view end) {
  std::string out;
  for (const char c : body) {
    if (c == '\n') {
      out += end;
    } else if (c != '\r') {
      out += c;
    }
  }
  return out;
}

bool is_event_stream(const RecordedAnswer& answer) {
  const auto type = find_header(answer.headers, "content-type").value_or("");
  return answer.status < 300 && type.starts_with("text/event-stream");
}

class TranscriptTest : public testing::TestWithParam<Transcript> {
 protected:
  void expect_all_splits(std::shared_ptr<const Target> target, const RecordedAnswer& answer) {
    const std::string_view body = answer.body;
    const std::pair<const char*, Pieces> splits[] = {
        {"whole", whole(body)},
        {"byte by byte", every(1, body)},
        {"by 7", every(7, body)},
        {"inside CRLF", cut_after('\r', body)},
        {"inside the letter", cut_after('\xC3', body)},  // of "ça", of two bytes
        {"inside the dash", cut_after('\x80', body)},    // of "—", of three
    };
    for (const auto& [name, pieces] : splits) {
      SCOPED_TRACE(name);
      check(GetParam(), replay(target, answer, pieces));
      if (HasFailure()) return;
    }
  }
};

TEST_P(TranscriptTest, IsReadTheSameInEverySplit) {
  const auto target = target_of(GetParam());
  auto answer = load(GetParam());
  expect_all_splits(target, answer);
  if (!is_event_stream(answer) || HasFailure()) return;
  const std::string lf = answer.body;
  for (const auto* end : {"\r\n", "\r"}) {
    SCOPED_TRACE(end[1] ? "CRLF" : "CR");
    answer.body = with_line_ends(lf, end);
    expect_all_splits(target, answer);
  }
}

TEST_P(TranscriptTest, IsReadTheSameWithASingleCutAnywhere) {
  constexpr std::size_t kSmall = 800;
  const auto answer = load(GetParam());
  if (answer.body.size() > kSmall) return;  // the other splits do for a large one
  const auto target = target_of(GetParam());
  for (std::size_t at = 1; at < answer.body.size() && !HasFailure(); ++at) {
    SCOPED_TRACE(at);
    check(GetParam(), replay(target, answer, cut_at(at, answer.body)));
  }
}

TEST_P(TranscriptTest, IsReadTheSameOnAReusedConnection) {
  const auto target = target_of(GetParam());
  target->connection = Connection::reuse;
  const auto answer = load(GetParam());
  check(GetParam(), replay(target, answer, every(7, answer.body)));
}

// Where a finish reason was seen, or an error, a connection that breaks right after changes
// nothing; where neither was, it is a truncation either way.
TEST_P(TranscriptTest, AStreamIsReadTheSameWhenTheConnectionBreaksAfterIt) {
  const auto target = target_of(GetParam());
  const auto answer = load(GetParam());
  if (!is_event_stream(answer)) return;  // a body that breaks off is another matter
  check(GetParam(), replay(target, answer, whole(answer.body), TransportEnd::cut));
}

// What the manifest has no member for.
TEST(Transcripts, TellMoreThanTheManifestAsks) {
  const auto probe = [](const std::string& name) {
    for (const auto& transcript : transcripts()) {
      if (transcript.name() != name) continue;
      const auto answer = load(transcript);
      return replay(target_of(transcript), answer, whole(answer.body));
    }
    ADD_FAILURE() << name;
    return ProbeResult{};
  };
  const auto warm = probe("huggingface/hub-model-info-warm");
  EXPECT_EQ(warm.model_served, true);
  EXPECT_THAT(warm.served_by, testing::ElementsAre("fireworks-ai"));
  EXPECT_EQ(probe("huggingface/hub-model-info-no-inference").model_served, false);
  EXPECT_EQ(probe("huggingface/hub-model-missing").model_served, std::nullopt);
  EXPECT_EQ(probe("huggingface/ok-stream").served_provider, "fireworks-ai");

  EXPECT_EQ(probe("litellm/ok-nonstream").cost_usd, 0.000214);
  EXPECT_EQ(probe("litellm/ok-stream").cost_usd, std::nullopt);  // known before it was spent?
  EXPECT_EQ(probe("litellm/401-upstream-key").error->reason, "OpenAIException");
  EXPECT_EQ(probe("litellm/401-proxy-key").error->reason, "");

  const auto mistral = probe("mistral/ok-stream").rate_limits;
  ASSERT_EQ(mistral.size(), 3u);
  EXPECT_EQ(mistral[2].window, LimitWindow::month);
  EXPECT_EQ(mistral[2].remaining, 999'999'000);

  const auto tgi = probe("tgi/ok-nonstream").timings;
  EXPECT_THAT(tgi, testing::Contains(Timing{"inference_ms", 83}));
  const auto fireworks = probe("fireworks/ok-nonstream");
  EXPECT_NEAR(fireworks.provider_ttft_ms.value(), 164, 1e-6);
  EXPECT_NEAR(fireworks.provider_ms.value(), 201, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(All, TranscriptTest, testing::ValuesIn(transcripts()),
                         [](const auto& info) {
                           std::string name = info.param.name();
                           for (char& c : name) {
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace llm::test
