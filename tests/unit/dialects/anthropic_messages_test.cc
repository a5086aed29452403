// Anthropic's Messages: what the transcripts do not show. The rest of its streams: unit_probe.
#include "dialects/anthropic_messages.h"

#include <gtest/gtest.h>

#include "unit/dialects/ask.h"

namespace llm::test {
namespace {

// Errors repeat the id of the request in their body (providers.md §1.8 of the project's notes); in
// a stream it stands beside the error, with the event's name or without.
TEST(AnthropicEvent, AnErrorTellsTheRequest) {
  constexpr std::string_view kError =
      R"({"type":"error","error":{"type":"api_error","message":"x"},"request_id":"req_1"})";
  for (const auto* name : {"error", ""}) {
    Ask ask("anthropic", Kind::stream, "http://h");
    const auto reading = ask.event(kError, name);
    EXPECT_EQ(reading.request_id, "req_1") << name;
    EXPECT_EQ(reading.error.value_or(ProviderError{}).type, "api_error") << name;
  }
}

// A cache that is named in part has nothing in its other part.
TEST(AnthropicEvent, InputIsTheSumOfWhatIsTold) {
  const std::pair<const char*, std::uint64_t> cases[] = {
      {R"({"input_tokens":1})", 1},
      {R"({"input_tokens":1,"cache_read_input_tokens":7})", 8},
      {R"({"input_tokens":1,"cache_read_input_tokens":7,"cache_creation_input_tokens":null})", 8},
      {R"({"input_tokens":1,"cache_read_input_tokens":7,"cache_creation_input_tokens":2})", 10},
  };
  Ask ask("anthropic", Kind::stream, "http://h");
  for (const auto& [usage, want] : cases) {
    const auto start = std::string(R"({"type":"message_start","message":{"usage":)") + usage + "}}";
    EXPECT_EQ(ask.event(start, "message_start").usage.value_or(Usage{}).input, want) << usage;
  }
}

}  // namespace
}  // namespace llm::test
