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

}  // namespace
}  // namespace llm::test
