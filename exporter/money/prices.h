// What a token costs: LiteLLM's model_prices_and_context_window.json (providers.md §7). Missing is
// unknown, 0 is free; all prices are US dollars per single token. List prices: discounts at night,
// by commitment or by region are not known here.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/target.h"
#include "dialects/dialect.h"

namespace llm {

struct TokenPrices {
  std::optional<double> input, output, cached_input, cache_write, reasoning;
  friend bool operator==(const TokenPrices&, const TokenPrices&) = default;
};

struct ModelPrice {
  std::string key;       // of the entry, as in the file; "(configuration)" without one
  std::string provider;  // its litellm_provider, or empty
  TokenPrices base;
  struct Tier {
    std::uint64_t above_input_tokens = 0;  // strictly above: the whole request costs this
    TokenPrices prices;                    // complete: nothing is added from `base`
    friend bool operator==(const Tier&, const Tier&) = default;
  };
  std::vector<Tier> tiers;                             // ascending
  std::optional<std::uint64_t> context_window_tokens;  // of input
  std::optional<std::chrono::sys_days> deprecation_date;
  // For a request with that many tokens of input.
  const TokenPrices& at(std::uint64_t input_tokens) const;
};

// Immutable; shared by all threads.
class PriceTable {
 public:
  // Limits: 16 MiB, 50,000 names. What is wrong with one entry spoils that entry alone.
  static Result<std::shared_ptr<const PriceTable>> parse(std::string_view json);
  // Blocking: main thread only.
  static Result<std::shared_ptr<const PriceTable>> load(const std::string& path);

  // As it is, then with the type's prefix, first for what answered and then for what was asked;
  // then both without the date. Never by a part of the name (gpt-4 is not gpt-4.1), and never the
  // entry of another provider that has the same name.
  const ModelPrice* find(const ProviderType& type, std::string_view requested,
                         std::string_view served) const;

  std::size_t size() const { return entries_.size(); }  // names, aliases included
  // Entries that are priced per token but were not understood, and what is wrong with the first.
  std::size_t rejected() const { return rejected_; }
  const std::string& complaint() const { return complaint_; }

 private:
  const ModelPrice* entry(std::string_view key, std::string_view provider) const;
  const ModelPrice* either(const ProviderType& type, std::string_view name) const;

  std::map<std::string, std::shared_ptr<const ModelPrice>, std::less<>> entries_;
  std::size_t rejected_ = 0;
  std::string complaint_;
};

inline constexpr std::size_t kMaxPriceFileBytes = 16 << 20;
inline constexpr std::size_t kMaxPriceNames = 50'000;

// What the target's tokens cost: the table's entry, if there is one, under the target's own
// overrides; nullopt if neither knows anything.
std::optional<ModelPrice> price_of(const Target& target, std::string_view served,
                                   const PriceTable* table);

// Nothing if a price is missing for tokens that were used, or the tokens are not known. Cached
// tokens are not charged twice (§7, last paragraph).
std::optional<double> cost_usd(const ModelPrice& price, const Usage& usage);

}  // namespace llm
