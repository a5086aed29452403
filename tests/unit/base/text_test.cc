#include "base/text.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "base/utf8.h"

namespace llm {
namespace {

TEST(Text, TrimTakesAsciiWhiteSpaceFromBothEnds) {
  struct Row {
    std::string_view in, out;
  };
  for (const auto& [in, out] : std::initializer_list<Row>{
           {"", ""}, {" \t\r\n", ""}, {"a", "a"}, {"  a b\n", "a b"}, {"\f\va", "a"}}) {
    EXPECT_EQ(trim(in), out);
  }
}

TEST(Text, CaseIsAsciiOnly) {
  EXPECT_TRUE(iequals("Retry-After", "retry-aFTER"));
  EXPECT_FALSE(iequals("retry", "retry-after"));
  EXPECT_FALSE(iequals("\xC4", "\xE4"));  // Latin-1 letters are bytes to us
  EXPECT_EQ(to_lower("ABC-Z[{"), "abc-z[{");
  EXPECT_TRUE(icontains("You exceeded your Current Quota", "current quota"));
  EXPECT_TRUE(icontains("x", ""));
  EXPECT_FALSE(icontains("quot", "quota"));
}

TEST(Text, CleanTextIsBoundedValidAndWithoutControls) {
  struct Row {
    std::string_view in;
    std::size_t max;
    std::string_view out;
  };
  using namespace std::string_view_literals;
  const Row rows[] = {
      {"plain", 5, "plain"},
      {"a\nb\tc\0d\x7F"sv, 99, "a b c d "},
      {"\xC2\x85|\xC2\xA0", 99, " |\xC2\xA0"},  // C1 is a control, the no-break space is not
      {"bad \xFF\xC0\xAF", 99, "bad \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xED\xA0\x80", 99, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // a surrogate
      {"\xE2\x82", 99, "\xEF\xBF\xBD\xEF\xBF\xBD"},                  // cut off
      {"€uro", 99, "€uro"},
      {"abcdefgh", 6, "abc…"},
      {"ab€cd", 6, "ab…"},  // never half a character
      {"abcd", 2, ""},      // no room for the sign either
      {"", 0, ""},
  };
  for (const auto& row : rows) EXPECT_EQ(clean_text(row.in, row.max), row.out) << row.in;
}

TEST(Text, CleanTextHoldsForRandomBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string in(random() % 64, '\0');
    for (auto& c : in) c = static_cast<char>(random());
    const std::size_t max = random() % 80;
    const auto out = clean_text(in, max);
    ASSERT_LE(out.size(), max);
    for (std::string_view rest = out; !rest.empty();) {
      const auto length = utf8_length(rest);
      ASSERT_GT(length, 0U);
      ASSERT_FALSE(is_control(rest.substr(0, length)));
      rest.remove_prefix(length);
    }
    ASSERT_EQ(clean_text(out, max), out);  // clean is clean
  }
}

TEST(Text, DidYouMeanFindsTheNearest) {
  constexpr std::array<std::string_view, 6> keys{"interval", "timeout", "models",
                                                 "model",    "api_key", "kind"};
  struct Row {
    std::string_view word, meant;  // meant empty: none
  };
  const Row rows[] = {
      {"intervall", "interval"},
      {"timeuot", "timeout"},
      {"modles", "models"},
      {"modl", "model"},
      {"API-KEY", "api_key"},
      {"kin", "kind"},
      {"prompt", ""},
      {"x", ""},
      {"", ""},
      {"Models", "models"},
  };
  for (const auto& [word, meant] : rows) {
    EXPECT_EQ(did_you_mean(word, keys).value_or(""), meant) << word;
  }
  EXPECT_FALSE(did_you_mean(std::string(100'000, 'a'), keys));
  EXPECT_FALSE(did_you_mean("interval", {}));
}

TEST(Text, Base64IsThatOfTheRfc) {
  // RFC 4648 §10.
  const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                      {"f", "Zg=="},
                                                      {"fo", "Zm8="},
                                                      {"foo", "Zm9v"},
                                                      {"foob", "Zm9vYg=="},
                                                      {"fooba", "Zm9vYmE="},
                                                      {"foobar", "Zm9vYmFy"},
                                                      {"\xff\xfe", "//4="}};
  for (const auto& [plain, encoded] : rows) EXPECT_EQ(base64(plain), encoded) << plain;
}

TEST(Text, PercentDecodingLeavesWhatIsNoEscape) {
  const std::pair<const char*, const char*> rows[] = {
      {"a%40b", "a@b"}, {"%2f%2F", "//"}, {"100%", "100%"}, {"%4", "%4"}, {"%zz", "%zz"}, {"", ""}};
  for (const auto& [text, decoded] : rows) EXPECT_EQ(percent_decoded(text), decoded) << text;
}

}  // namespace
}  // namespace llm
