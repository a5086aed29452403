#include "money/price_names.h"
#include "money/prices.h"

namespace llm {

// `provider`: what the entry's litellm_provider has to contain ("vertex_ai-language-models").
// Gemini's names, say, stand in the file once for Vertex and once, with a prefix, for Gemini.
const ModelPrice* PriceTable::entry(std::string_view key, std::string_view provider) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  const auto& its = found->second->provider;
  const bool same = its.empty() || its.find(provider) != std::string::npos;
  return same ? found->second.get() : nullptr;
}

const ModelPrice* PriceTable::either(const ProviderType& type, std::string_view name) const {
  if (name.empty()) return nullptr;
  if (const auto* price = entry(name, type.price_prefix)) return price;
  if (type.price_prefix.empty()) return nullptr;
  std::string key(type.price_prefix);
  return entry(key.append("/").append(name), {});
}

const ModelPrice* PriceTable::find(const ProviderType& type, std::string_view requested,
                                   std::string_view served) const {
  const auto search = [&](auto change) -> const ModelPrice* {
    for (const auto model : {served, requested}) {
      for (const auto name : spellings(type, model)) {
        if (const auto* price = either(type, change(name))) return price;
      }
    }
    return nullptr;
  };
  if (const auto* price = search([](std::string_view name) { return name; })) return price;
  return search(without_date);
}

}  // namespace llm
