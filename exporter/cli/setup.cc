#include "cli/setup.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "auth/service_account.h"
#include "cli/output.h"

namespace llm {

namespace {

const char* environment(const char* name) { return std::getenv(name); }

Result<Config, ConfigErrors> load_config(const Flags& flags) {
  if (!flags.config_file.empty()) return load_config_file(flags.config_file);
  std::error_code ignored;
  if (std::filesystem::exists(kDefaultConfigFile, ignored)) {
    return load_config_file(kDefaultConfigFile);
  }
  auto found = config_from_environment(&environment);
  if (!found) return Err{ConfigErrors{{.file = "", .message = found.error()}}};
  return std::move(*found);
}

// A key file that can make no token is a mistake of the configuration, not of a probe.
void check_service_accounts(const Config& config, const CredentialsByProvider& credentials,
                            ConfigErrors& errors) {
  for (const auto& provider : config.providers) {
    const auto found = credentials.find(provider->name);
    if (!provider->service_account || found == credentials.end()) continue;
    const auto account = parse_service_account(found->second.service_account.reveal());
    if (account) continue;
    errors.push_back(
        {config.file, provider->service_account->line, provider->service_account->column,
         fmt::format("provider {}: service_account: {}", provider->name, account.error())});
  }
}

}  // namespace

Result<std::shared_ptr<const sim::Scenario>, ConfigErrors> read_scenario(const Config& config) {
  auto scenario = sim::parse_scenario(config.simulator);
  if (scenario) return *scenario;
  ConfigErrors errors;
  for (const auto& e : scenario.error()) {
    errors.push_back(
        {config.file, config.simulator_line + e.line - 1, e.column, "simulator: " + e.message});
  }
  return Err{std::move(errors)};
}

Result<Setup, ConfigErrors> load_setup(const Flags& flags, int interrupt_fd) {
  auto config = load_config(flags);
  if (!config) return Err{config.error()};
  Setup setup;
  ConfigErrors errors;
  if (!config->simulator.empty()) {
    auto scenario = read_scenario(*config);
    if (scenario)
      setup.scenario = *scenario;
    else
      errors = scenario.error();
  }
  if (!config->prices_file.empty()) {
    auto prices = PriceTable::load(config->prices_file);
    if (prices)
      setup.prices = std::move(*prices);
    else
      errors.push_back({.file = config->prices_file, .message = "prices: " + prices.error()});
  }
  setup.secret_files.emplace(*config);
  auto secrets = read_secrets(*config, &environment, interrupt_fd);
  if (secrets)
    setup.credentials = std::move(*secrets);
  else
    errors.insert(errors.end(), secrets.error().begin(), secrets.error().end());
  check_service_accounts(*config, setup.credentials, errors);
  if (!errors.empty()) return Err{std::move(errors)};
  setup.config = std::make_shared<const Config>(std::move(*config));
  return setup;
}

std::string to_text(const ConfigErrors& errors) {
  std::string text;
  for (const auto& error : errors) text += to_string(error) + '\n';
  return text;
}

std::optional<Setup> load_setup_or_complain(const Flags& flags, int interrupt_fd) {
  auto setup = load_setup(flags, interrupt_fd);
  if (!setup) {
    complain("{}", to_text(setup.error()));
    return std::nullopt;
  }
  return std::move(*setup);
}

}  // namespace llm
