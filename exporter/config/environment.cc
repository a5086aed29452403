#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "config/config.h"
#include "config/provider_defaults.h"
#include "config/target_defaults.h"

namespace llm {
namespace {

// The value of a variable; empty if it is not set.
std::string value_of(GetEnv getenv, const std::string& variable) {
  const auto* value = getenv(variable.c_str());
  return value == nullptr ? "" : value;
}

// NAME holds the key, or NAME_FILE the path of a file that does, as containers are told of secrets.
std::optional<SecretSource> key_of(GetEnv getenv, const ProviderType& type) {
  const std::string name(type.env);
  SecretSource key;
  if (!value_of(getenv, name).empty()) {
    key.name = name;
    return key;
  }
  const auto file = value_of(getenv, name + "_FILE");
  if (file.empty()) return std::nullopt;
  key.from = SecretSource::From::file;
  key.name = std::filesystem::absolute(file).string();
  return key;
}

std::shared_ptr<const Provider> provider_of(const ProviderType& type, SecretSource key) {
  Provider provider;
  provider.name = type.name;
  provider.type = &type;
  provider.dialect = type.dialect;
  provider.base_url = default_base_url(provider);
  provider.catalog_url = default_catalog_url(provider);
  provider.models_path = default_models_path(provider);
  provider.status_page = default_status_page(provider);
  provider.api_key = std::move(key);
  return std::make_shared<const Provider>(std::move(provider));
}

}  // namespace

Result<Config> config_from_environment(GetEnv getenv) {
  Config config;
  std::string variables;
  for (const auto& type : provider_types()) {
    if (type.env.empty()) continue;
    variables += fmt::format("{}{}", variables.empty() ? "" : ", ", type.env);
    auto key = key_of(getenv, type);
    if (!key) continue;
    const auto provider = provider_of(type, std::move(*key));
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
