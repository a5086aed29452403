#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/text.h"

namespace llm {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<Secret> kOurs{Secret("sk-proj-AbCdEfGh12345678wxyz"),
                                Secret("0123456789abcdef0123456789ab0000"),  // as Azure's
                                Secret("EMPTY")};

TEST(Redact, HidesSecretsFragmentsMasksAndShapes) {
  struct Row {
    std::string_view in, out;
  };
  const Row rows[] = {
      // Exactly ours, anywhere.
      {"key sk-proj-AbCdEfGh12345678wxyz!", "key [redacted]!"},
      {"x0123456789abcdef0123456789ab0000y", "x[redacted]y"},
      {"sk-proj-AbCdEfGh12345678wxyzsk-proj-AbCdEfGh12345678wxyz", "[redacted]"},
      // Six characters or more of a head or a tail.
      {"begins 012345, they say", "begins [redacted], they say"},
      {"ends in ab0000.", "ends in [redacted]."},
      {"0123456789abc was refused", "[redacted] was refused"},
      {"five: 01234 or b0000", "five: 01234 or b0000"},
      // Masked: less is enough, and the other end goes with it.
      {"Incorrect API key provided: sk-proj-****wxyz. You can",
       "Incorrect API key provided: [redacted]. You can"},
      {"Your key ****0000 is disabled", "Your key [redacted] is disabled"},
      {"0123******* is disabled", "[redacted] is disabled"},
      {"01...0000", "[redacted]"},
      {"0123…0", "[redacted]"},
      {"(•••••0000)", "([redacted])"},
      {"xxxx0000", "[redacted]"},
      {"****1111 of somebody", "****1111 of somebody"},
      {"wait...0 ms", "wait...0 ms"},
      // Shapes, ours or not.
      {"sk-ab***cdef", "[redacted]"},
      {"sk-…cdef", "[redacted]"},
      {"sk-ant-api03-Zz9Zz9Zz9Zz9-AA", "[redacted]"},
      {"sk-or-v1-0a1b2c3d4e5f, please", "[redacted], please"},
      {"gsk_a1b2c3d4e5f6 hf_QwErTyUiOpAsDfGhJk", "[redacted] [redacted]"},
      {"xai-1234567890abc pplx-1234567890abc", "[redacted] [redacted]"},
      {"?key=AIzaSyA1234567890&alt=sse", "?key=[redacted]&alt=sse"},
      {"AKIAIOSFODNN7EXAMPLE", "[redacted]"},
      {"fw_3ZabcdefgH csk-9x8c7v6b5n nvapi-AAAABBBBCCCCDDDD", "[redacted] [redacted] [redacted]"},
      {"Authorization: Bearer abcdef0123456789", "Authorization: Bearer [redacted]"},
      {"bearer eyJhbGciOi.eyJzdWIi.c2ln", "bearer [redacted]"},
      // Prose.
      {"the task-force of risk-takers uses sk-learn",
       "the task-force of risk-takers uses sk-learn"},
      {"keys begin with sk- or 'sk-...'", "keys begin with sk- or 'sk-...'"},
      {"Missing bearer authentication", "Missing bearer authentication"},
      {"Bearer token... expired", "Bearer token... expired"},
      {"use hf_transfer", "use hf_transfer"},
      {"see risk-assessment-2026", "see risk-assessment-2026"},
      {"429: retry in 20s (limit 30000, used 29870)",
       "429: retry in 20s (limit 30000, used 29870)"},
      {"", ""},
      // A short secret is a word: only where it stands alone.
      {"key EMPTY refused, NONEMPTY is not", "key [redacted] refused, NONEMPTY is not"},
  };
  for (const auto& row : rows) EXPECT_EQ(redact(row.in, kOurs), row.out) << row.in;
}

TEST(Redact, ShapesNeedNoSecrets) {
  EXPECT_EQ(redact("sk-abcdefgh1", {}), "[redacted]");
  EXPECT_EQ(redact("hello", std::vector<Secret>{Secret()}), "hello");
}

std::string random_text(std::mt19937& random, std::size_t size, std::string_view alphabet) {
  std::string text(size, ' ');
  for (auto& c : text) c = alphabet[random() % alphabet.size()];
  return text;
}

// Small alphabets make overlaps and repetitions likely; the last one has bytes of every sort.
TEST(Redact, NoSecretOfEightCharactersSurvivesAnywhere) {
  std::mt19937 random(11);
  const std::string_view alphabets[] = {"ab", "a*.x", "sk-_Bearer 0",
                                        "abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789-_",
                                        "\x01\x80\xE2\xA6\xFF\"\\ab"};
  for (int round = 0; round < 5000; ++round) {
    const auto alphabet = alphabets[static_cast<std::size_t>(round) % std::size(alphabets)];
    const std::vector<Secret> secrets{Secret(random_text(random, 8 + random() % 24, alphabet)),
                                      Secret(random_text(random, 8 + random() % 24, alphabet))};
    std::string text;
    for (int part = 0; part < 3; ++part) {
      text += random_text(random, random() % 12, alphabet);
      text += secrets[random() % 2].reveal();
    }
    const auto out = redact(text, secrets);
    for (const auto& secret : secrets) {
      ASSERT_THAT(out, Not(HasSubstr(secret.reveal()))) << text;
      ASSERT_THAT(out, Not(HasSubstr(secret.reveal().substr(0, 6)))) << text;
      ASSERT_THAT(out, Not(HasSubstr(secret.reveal().substr(secret.reveal().size() - 6)))) << text;
    }
  }
}

}  // namespace
}  // namespace llm
