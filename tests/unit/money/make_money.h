// Targets and prices for the tests of money.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "config/provider_types.h"
#include "config/target.h"
#include "money/prices.h"

namespace llm::test {

inline std::shared_ptr<Provider> make_provider(std::string_view type, std::string name = "p") {
  auto provider = std::make_shared<Provider>();
  provider->name = std::move(name);
  provider->type = find_provider_type(type);
  provider->models_path = "/models";
  return provider;
}

inline Target make_target(std::shared_ptr<const Provider> provider, std::string model = "m") {
  Target target;
  target.provider = std::move(provider);
  target.model = std::move(model);
  target.prompt = "Say OK.";
  return target;
}

inline std::shared_ptr<const PriceTable> must_parse_prices(std::string_view json) {
  auto table = PriceTable::parse(json);
  if (table) return *table;
  ADD_FAILURE() << table.error();
  return std::make_shared<PriceTable>();
}

}  // namespace llm::test
