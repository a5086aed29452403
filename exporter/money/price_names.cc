#include "money/price_names.h"

#include <algorithm>

namespace llm {
namespace {

// YY a year of this century so far as there are models, MM a month, DD a day; the rest is itself.
constexpr std::string_view kDates[] = {"-20YY-MM-DD", "-20YYMMDD", "@20YYMMDD",
                                       "-MM-20YY",    "-MMDD",     "-YYMM"};
constexpr std::string_view kWords[] = {"-latest", "@latest", "@default"};

constexpr std::string_view kBedrockRegions[] = {"us.", "eu.", "apac.", "global.", "jp.",
                                                "au.", "ca.", "sa.",   "us-gov."};

bool in_range(std::string_view two_digits, int min, int max) {
  const int n = (two_digits[0] - '0') * 10 + two_digits[1] - '0';
  return n >= min && n <= max;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `text` has the length of `pattern`.
bool is_date(std::string_view text, std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char wanted = pattern[i];
    if (wanted != 'Y' && wanted != 'M' && wanted != 'D') {
      if (text[i] != wanted) return false;
      continue;
    }
    const auto two = text.substr(i, 2);
    if (!is_digit(two[0]) || !is_digit(two[1])) return false;
    if (wanted == 'M' && !in_range(two, 1, 12)) return false;
    if (wanted == 'D' && !in_range(two, 1, 31)) return false;
    if (wanted == 'Y' && !in_range(two, 20, 49)) return false;
    ++i;  // both of the pair
  }
  return true;
}

std::string_view after_last(std::string_view text, std::string_view mark) {
  const auto at = text.rfind(mark);
  return at == std::string_view::npos ? text : text.substr(at + mark.size());
}

std::string_view without_region(std::string_view model) {
  for (const auto region : kBedrockRegions) {
    if (model.starts_with(region)) return model.substr(region.size());
  }
  return model;
}

}  // namespace

std::string_view without_date(std::string_view name) {
  for (const auto word : kWords) {
    if (name.ends_with(word)) return name.substr(0, name.size() - word.size());
  }
  for (const auto pattern : kDates) {
    if (name.size() <= pattern.size()) continue;
    const auto rest = name.size() - pattern.size();
    if (is_date(name.substr(rest), pattern)) return name.substr(0, rest);
  }
  return {};
}

std::vector<std::string_view> spellings(const ProviderType& type, std::string_view name) {
  std::vector<std::string_view> out{name};
  const auto add = [&](std::string_view other) {
    if (!other.empty() && std::find(out.begin(), out.end(), other) == out.end())
      out.push_back(other);
  };
  if (type.name == "gemini" || type.name == "vertex") add(after_last(name, "models/"));
  if (type.name == "huggingface") add(name.substr(0, name.find(':')));
  if (type.name == "bedrock") {
    const auto model = name.starts_with("arn:") ? after_last(name, "/") : name;
    add(model);
    add(without_region(model));
  }
  return out;
}

}  // namespace llm
