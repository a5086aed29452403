#include "money/prices.h"

#include <simdjson.h>

#include <algorithm>

#include "base/text.h"
#include "config/file_contents.h"
#include "dialects/json.h"
#include "money/price_entry.h"

namespace llm {
namespace {

// Describes the format in prose where entries have numbers; the file's own notes are kept there.
constexpr std::string_view kSampleSpec = "sample_spec";
constexpr std::size_t kMaxKeyBytes = 512;
constexpr std::size_t kMaxComplaintBytes = 300;
constexpr std::string_view kBom = "\xEF\xBB\xBF";

Err<std::string> too_many() {
  return {"has more than " + std::to_string(kMaxPriceNames) + " models; keep those you use"};
}

}  // namespace

Result<std::shared_ptr<const PriceTable>> PriceTable::parse(std::string_view text) {
  if (text.starts_with(kBom)) text.remove_prefix(kBom.size());
  // One of its own: the working memory for megabytes is given back at once.
  simdjson::dom::parser parser(kMaxPriceFileBytes);
  json::Object root;
  if (parser.allocate(std::min(text.size(), kMaxPriceFileBytes), json::kMaxDepth) ||
      parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS)
    return Err{"is not a JSON object in the format of LiteLLM's prices (or larger than 16 MiB)"};

  auto table = std::make_shared<PriceTable>();
  std::map<std::string, std::shared_ptr<const ModelPrice>, std::less<>> aliases;
  for (const auto [key, value] : root) {
    if (key == kSampleSpec) continue;
    auto entry = key.size() <= kMaxKeyBytes ? read_price_entry(key, value)
                                            : Result<PriceEntry>(Err{"has too long a name"});
    if (!entry) {
      if (table->rejected_++ == 0)
        table->complaint_ =
            clean_text("\"" + std::string(key) + "\" " + entry.error(), kMaxComplaintBytes);
      continue;
    }
    if (!entry->price) continue;
    for (auto& alias : entry->aliases) aliases.emplace(std::move(alias), entry->price);
    table->entries_.insert_or_assign(std::string(key), std::move(entry->price));
    if (table->entries_.size() + aliases.size() > kMaxPriceNames) return too_many();
  }
  table->entries_.merge(aliases);  // an explicit entry wins
  return std::shared_ptr<const PriceTable>(std::move(table));
}

Result<std::shared_ptr<const PriceTable>> PriceTable::load(const std::string& path) {
  const auto text = read_file(path, kMaxPriceFileBytes);
  if (!text)
    return Err<std::string>{"cannot read the prices in " + path + ": " + text.error() +
                            "; correct prices.file or leave it out"};
  auto table = parse(*text);
  if (!table)
    return Err<std::string>{"the price file " + path + " " + table.error() +
                            "; fetch it again, or leave prices.file out"};
  return table;
}

const TokenPrices& ModelPrice::at(std::uint64_t input_tokens) const {
  const TokenPrices* prices = &base;
  for (const auto& tier : tiers) {
    if (input_tokens > tier.above_input_tokens) prices = &tier.prices;
  }
  return *prices;
}

}  // namespace llm
