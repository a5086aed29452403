#include <fmt/format.h>

#include <string>

#include "config/config.h"
#include "config/provider_defaults.h"
#include "config/target_defaults.h"

namespace llm {
namespace {

bool is_set(GetEnv getenv, std::string_view variable) {
  const auto* value = getenv(std::string(variable).c_str());
  return value != nullptr && *value != '\0';
}

std::shared_ptr<const Provider> provider_of(const ProviderType& type) {
  Provider provider;
  provider.name = type.name;
  provider.type = &type;
  provider.dialect = type.dialect;
  provider.base_url = default_base_url(provider);
  provider.catalog_url = default_catalog_url(provider);
  provider.models_path = default_models_path(provider);
  provider.status_page = default_status_page(provider);
  provider.api_key.emplace();
  provider.api_key->from = SecretSource::From::env;
  provider.api_key->name = type.env;
  return std::make_shared<const Provider>(std::move(provider));
}

}  // namespace

Result<Config> config_from_environment(GetEnv getenv) {
  Config config;
  std::string variables;
  for (const auto& type : provider_types()) {
    if (type.env.empty()) continue;
    variables += fmt::format("{}{}", variables.empty() ? "" : ", ", type.env);
    if (!is_set(getenv, type.env)) continue;
    const auto provider = provider_of(type);
    const auto add = [&](Kind kind, std::string_view model) {
      config.targets.push_back(
          std::make_shared<const Target>(make_target(provider, kind, std::string(model))));
    };
    config.providers.push_back(provider);
    add(Kind::models, "");
    add(Kind::stream, type.default_model);
  }
  if (!config.providers.empty()) return config;
  return Err{
      fmt::format("nothing to probe: set a key in the environment ({}), give a file with "
                  "--config.file, or see the demo with `make demo`",
                  variables)};
}

}  // namespace llm
