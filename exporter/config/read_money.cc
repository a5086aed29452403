#include "config/read_money.h"

#include <fmt/format.h>

#include "config/file_contents.h"
#include "config/read_secret.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr std::size_t kMaxPath = 4'096;
constexpr std::uint64_t kMaxTokensPerDay = 1'000'000'000'000'000;
// The dearest models cost some hundred dollars; a million per million is a dollar a token.
constexpr double kMaxUsdPerMillion = 1e6;
constexpr std::uint64_t kMaxContextWindow = 1'000'000'000;

}  // namespace

DailyBudget read_daily_budget(Section& section) {
  DailyBudget budget;
  if (const auto usd = section.find("usd_per_day")) budget.usd = read_positive(*usd);
  if (const auto tokens = section.find("tokens_per_day")) {
    budget.tokens = read_whole(*tokens, 1, kMaxTokensPerDay);
  }
  return budget;
}

DailyBudget read_budget(const Field& field) {
  Section section(field);
  const auto budget = read_daily_budget(section);
  section.finish();
  if (section.valid() && section.all().empty()) {
    field.error("give usd_per_day, tokens_per_day or both");
  }
  return budget;
}

std::string read_prices(const Field& field, const std::filesystem::path& folder) {
  Section section(field);
  const auto file = section.require("file", "name a price file in LiteLLM's format");
  section.finish();
  if (!file) return "";
  const auto text = read_text(*file, kMaxPath);
  if (!text) return "";
  auto path = absolute_path(*text, folder);
  if (const auto contents = read_file(path, 0); !contents) {
    file->error(fmt::format("cannot read {}: {}; name a price file in LiteLLM's format",
                            in_quotes(path), contents.error()));
  }
  return path;
}

PriceOverride read_price(const Field& field) {
  Section section(field);
  PriceOverride price;
  const auto usd_per_million = [&](std::string_view key) -> std::optional<double> {
    const auto value = section.find(key);
    return value ? read_number(*value, 0, kMaxUsdPerMillion) : std::nullopt;
  };
  price.input = usd_per_million("input");
  price.output = usd_per_million("output");
  price.cached_input = usd_per_million("cached_input");
  if (const auto window = section.find("context_window")) {
    price.context_window_tokens = read_whole(*window, 1, kMaxContextWindow);
  }
  section.finish();
  if (section.valid() && section.all().empty()) {
    field.error(
        "give input, output, cached_input (US dollars per million tokens) or "
        "context_window (tokens)");
  }
  return price;
}

}  // namespace llm
