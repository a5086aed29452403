#include "accounts/amounts.h"

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace llm {

namespace {

constexpr double kMaxAmount = 1e12;
constexpr std::uint64_t kMaxTokens = 1'000'000'000'000'000;
constexpr std::size_t kMaxModelBytes = 120;
constexpr std::string_view kOther = "other";

std::optional<double> sane(double amount) {
  if (!std::isfinite(amount) || std::abs(amount) > kMaxAmount) return std::nullopt;
  return amount;
}

void add_count(std::optional<std::uint64_t>& sum, std::optional<std::uint64_t> more) {
  if (!sum || !more || *sum + *more > kMaxTokens) {
    sum.reset();
  } else {
    *sum += *more;
  }
}

}  // namespace

std::optional<double> parse_amount(std::string_view text) {
  if (text.empty() || text.size() > 128) return std::nullopt;
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end) return std::nullopt;
  // "0E-6176" is how some decimals write zero; others so small are as good as that.
  if (error == std::errc::result_out_of_range && icontains(text, "e-")) return 0;
  if (error != std::errc{}) return std::nullopt;
  return sane(value);
}

std::optional<double> amount(json::Value object, std::string_view key) {
  if (const auto number = json::number(object, key)) return sane(*number);
  return parse_amount(json::text(object, key));
}

std::optional<std::uint64_t> token_count(json::Value object, std::string_view key) {
  const auto value = json::member(object, key);
  std::uint64_t n = 0;
  if (!value || value->get(n) != simdjson::SUCCESS || n > kMaxTokens) return std::nullopt;
  return n;
}

void Spending::Sum::add(std::optional<double> more) {
  if (!more || *more < 0 || !usd) {
    usd.reset();
  } else {
    usd = sane(*usd + *more);
  }
}

bool Spending::begin(WallTime bucket_start) {
  const auto day_end = period_.day + std::chrono::hours(24);
  if (bucket_start < period_.month || bucket_start >= day_end) return false;
  in_day_ = bucket_start >= period_.day;
  month_.reached = true;
  day_.reached |= in_day_;
  return true;
}

void Spending::add(std::optional<double> usd) {
  month_.add(usd);
  if (in_day_) day_.add(usd);
}

void Spending::finish(AccountReport& report) const {
  report.spent_today_usd = day_.value();
  report.spent_month_usd = month_.value();
}

void TokensByModel::add(std::string_view model, const ModelTokens& more) {
  auto name = clean_text(trim(model), kMaxModelBytes);
  // The last place is for all others.
  const bool full = models_.size() + 1 >= kMaxAccountModels;
  if (name.empty() || (full && !models_.contains(name))) name = kOther;
  auto& sum = models_[name];
  add_count(sum.input, more.input);
  add_count(sum.output, more.output);
  add_count(sum.cached_input, more.cached_input);
  add_count(sum.cache_write, more.cache_write);
}

void TokensByModel::finish(AccountReport& report) const {
  for (const auto& entry : models_) {
    const auto& tokens = entry.second;
    const auto row = [&](std::string_view type, std::optional<std::uint64_t> count) {
      if (count) report.tokens.push_back({entry.first, type, *count});
    };
    row("input", tokens.input);
    row("output", tokens.output);
    row("cached_input", tokens.cached_input);
    row("cache_write", tokens.cache_write);
  }
}

}  // namespace llm
