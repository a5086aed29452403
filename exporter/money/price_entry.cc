#include "money/price_entry.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <map>

namespace llm {
namespace {

// No token costs a dollar; such a number is a price for something else.
constexpr double kPriceBound = 1.0;
constexpr double kMaxTokens = 1e12;
constexpr std::size_t kMaxAliases = 100;
constexpr std::size_t kMaxTiers = 32;
constexpr std::size_t kMaxProvider = 100;

// `member` of TokenPrices is called so in the file. Audio, images, tiers of service and storage for
// an hour have names of their own and are not meant.
struct Field {
  std::string_view name;
  std::optional<double> TokenPrices::*member;
};
constexpr Field kFields[] = {
    {"input_cost_per_token", &TokenPrices::input},
    {"output_cost_per_token", &TokenPrices::output},
    {"cache_read_input_token_cost", &TokenPrices::cached_input},
    {"cache_creation_input_token_cost", &TokenPrices::cache_write},
    {"output_cost_per_reasoning_token", &TokenPrices::reasoning},
};

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A JSON number, or a string that is one.
std::optional<double> number(json::Value value) {
  double x = 0;
  if (json::is_string(value)) {
    const auto parsed = whole_number<double>(json::as_text(value));
    if (!parsed) return std::nullopt;
    x = *parsed;
  } else if (value.get(x) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return std::isfinite(x) ? std::optional(x) : std::nullopt;
}

std::optional<std::uint64_t> tokens(json::Value object, std::string_view key) {
  const auto value = json::member(object, key);
  const auto n = value ? number(*value) : std::nullopt;
  if (!n || *n < 1 || *n > kMaxTokens) return std::nullopt;
  return static_cast<std::uint64_t>(*n);
}

// `field` is set if the member is a price; false: it is there and is none.
bool read_price(json::Value value, std::optional<double>& field) {
  if (value.is_null()) return true;
  const auto price = number(value);
  if (!price || *price < 0 || *price >= kPriceBound) return false;
  field = *price;
  return true;
}

Err<std::string> not_a_price(std::string_view name) {
  return {std::string(name) + " is not a price in US dollars per token, from 0 to less than 1"};
}

void overlay(TokenPrices& under, const TokenPrices& over) {
  for (const auto& field : kFields) {
    if (over.*field.member) under.*field.member = over.*field.member;
  }
}

// "_above_200k_tokens" → 200,000. Nothing if the text is another suffix, such as
// "_above_200k_tokens_priority" or "_above_1hr".
std::optional<std::uint64_t> threshold(std::string_view suffix) {
  constexpr std::string_view kHead = "_above_";
  constexpr std::string_view kTail = "_tokens";
  if (!suffix.starts_with(kHead) || !suffix.ends_with(kTail)) return std::nullopt;
  if (suffix.size() <= kHead.size() + kTail.size()) return std::nullopt;
  suffix = suffix.substr(kHead.size(), suffix.size() - kHead.size() - kTail.size());
  const double unit = suffix.ends_with('k') ? 1e3 : 1;
  if (suffix.ends_with('k')) suffix.remove_suffix(1);
  if (suffix.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  const auto n = whole_number<double>(suffix);
  if (!n || *n * unit < 1 || *n * unit > kMaxTokens) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(*n * unit));
}

using Thresholds = std::map<std::uint64_t, TokenPrices>;

// Flat prices and those above a threshold. Error: the name of the member that is no price.
Result<Thresholds> read_flat(json::Object entry) {
  Thresholds out;  // 0: flat
  out[0];
  for (const auto [name, value] : entry) {
    for (const auto& field : kFields) {
      if (!name.starts_with(field.name)) continue;
      const auto suffix = name.substr(field.name.size());
      const auto above = suffix.empty() ? std::optional<std::uint64_t>(0) : threshold(suffix);
      if (!above) continue;
      if (!read_price(value, out[*above].*field.member)) return not_a_price(name);
      if (out.size() > kMaxTiers) return Err{"has too many price tiers"};
    }
  }
  return out;
}

// `tiered_pricing`, which stands for itself: a price that a tier lacks is the flat one.
Result<Thresholds> read_tiers(json::Array tiers, const TokenPrices& flat) {
  Thresholds out;
  out[0] = flat;
  for (const auto tier : tiers) {
    json::Array range;
    const auto member = json::member(tier, "range");
    if (!member) continue;  // prices of something else than a length
    const auto first =
        member->get(range) == simdjson::SUCCESS ? json::first(*member) : std::nullopt;
    const auto from = first ? number(*first) : std::nullopt;
    if (!from || *from < 0 || *from > kMaxTokens) return Err{"tiered_pricing has a bad range"};
    auto& prices = out[static_cast<std::uint64_t>(*from)];
    prices = flat;
    for (const auto& field : kFields) {
      const auto value = json::member(tier, field.name);
      if (value && !read_price(*value, prices.*field.member)) return not_a_price(field.name);
    }
    if (out.size() > kMaxTiers) return Err{"has too many price tiers"};
  }
  return out;
}

Result<Thresholds> read_prices(json::Value entry) {
  json::Object members;
  if (entry.get(members) != simdjson::SUCCESS) return Err{"is not an object"};
  auto steps = read_flat(members);
  if (!steps) return steps;
  const auto flat = (*steps)[0];
  if (const auto tiers = json::member(entry, "tiered_pricing")) {
    json::Array list;
    if (tiers->get(list) != simdjson::SUCCESS) return Err{"tiered_pricing is not a list"};
    auto tiered = read_tiers(list, flat);
    if (!tiered || tiered->size() > 1 || (*tiered)[0] != flat) return tiered;
  }
  // Above the second threshold the request is above the first one too.
  TokenPrices known;
  for (auto& [above, prices] : *steps) {
    overlay(known, prices);
    prices = known;
  }
  return steps;
}

// The legacy `max_tokens` is the limit of the answer where that is known, else that of the input.
std::optional<std::uint64_t> context_window(json::Value entry) {
  if (const auto input = tokens(entry, "max_input_tokens")) return input;
  return tokens(entry, "max_output_tokens") ? std::nullopt : tokens(entry, "max_tokens");
}

std::optional<std::chrono::sys_days> date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = whole_number<unsigned>(text.substr(0, 4));
  const auto month = whole_number<unsigned>(text.substr(5, 2));
  const auto day = whole_number<unsigned>(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

std::vector<std::string> read_aliases(json::Value entry) {
  std::vector<std::string> out;
  json::Array names;
  const auto member = json::member(entry, "aliases");
  if (!member || member->get(names) != simdjson::SUCCESS) return out;
  for (const auto name : names) {
    if (!json::as_text(name).empty() && out.size() < kMaxAliases)
      out.emplace_back(json::as_text(name));
  }
  return out;
}

// People leave `mode` out of entries that they write themselves.
bool is_for_text(std::string_view mode) {
  return mode.empty() || mode == "chat" || mode == "completion" || mode == "responses";
}

}  // namespace

Result<PriceEntry> read_price_entry(std::string_view key, json::Value entry) {
  if (entry.type() != simdjson::dom::element_type::OBJECT) return Err{"is not an object"};
  if (!is_for_text(json::text(entry, "mode"))) return PriceEntry{};
  auto steps = read_prices(entry);
  if (!steps) return Err{steps.error()};
  auto price = std::make_shared<ModelPrice>();
  price->key = key;
  price->provider = json::text(entry, "litellm_provider").substr(0, kMaxProvider);
  for (const auto& [above, prices] : *steps) {
    if (above == 0)
      price->base = prices;
    else
      price->tiers.push_back({above, prices});
  }
  price->context_window_tokens = context_window(entry);
  price->deprecation_date = date(json::text(entry, "deprecation_date"));
  return PriceEntry{std::move(price), read_aliases(entry)};
}

}  // namespace llm
