// Sums of money and tokens over buckets. One amount that cannot be read makes its sum unknown: a
// bill that is too small is worse than none.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/part.h"

namespace llm {

// An amount of money as text: "123.78912", "-0.03", "0E-6176". Absent: anything else, and what no
// account holds.
std::optional<double> parse_amount(std::string_view text);
// A member that is a number or such a text.
std::optional<double> amount(json::Value object, std::string_view key);

// Tokens of an account's day: larger than those of an answer (json::count).
std::optional<std::uint64_t> token_count(json::Value object, std::string_view key);

// Spending of the day and of the month from daily buckets.
class Spending {
 public:
  explicit Spending(const Period& period) : period_(period) {}

  // Whether the bucket counts; tells that the page reaches so far.
  bool begin(WallTime bucket_start);
  // An amount in the bucket begun last; nullopt or negative: not readable.
  void add(std::optional<double> usd);
  void finish(AccountReport& report) const;

 private:
  struct Sum {
    bool reached = false;
    std::optional<double> usd = 0;
    void add(std::optional<double> more);
    std::optional<double> value() const { return reached ? usd : std::nullopt; }
  };
  Period period_;
  bool in_day_ = false;
  Sum day_, month_;
};

// What a model used.
struct ModelTokens {
  std::optional<std::uint64_t> input = 0, output = 0, cached_input = 0, cache_write = 0;
};

// Tokens of the day by model.
class TokensByModel {
 public:
  void add(std::string_view model, const ModelTokens& more);
  void finish(AccountReport& report) const;

 private:
  std::map<std::string, ModelTokens, std::less<>> models_;
};

}  // namespace llm
