// From the command line to something that can run: configuration, secrets, fake providers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/flags.h"
#include "config/config.h"
#include "config/secrets.h"
#include "money/prices.h"
#include "simulator/simulator.h"

namespace llm {

struct Setup {
  std::shared_ptr<const Config> config;
  // Looked at before they were read, so that no change in between is missed.
  std::optional<SecretFiles> secret_files;
  CredentialsByProvider credentials;
  std::shared_ptr<const PriceTable> prices;       // null: no `prices:` in the configuration
  std::shared_ptr<const sim::Scenario> scenario;  // null: no `simulator:` section
};

// Everything that a start would find wrong, or what a start needs. Main thread: it blocks on files
// and commands, until `interrupt_fd` is readable (see read_secrets).
Result<Setup, ConfigErrors> load_setup(const Flags& flags, int interrupt_fd);
// The `simulator:` section of a configuration.
Result<std::shared_ptr<const sim::Scenario>, ConfigErrors> read_scenario(const Config& config);
// `errors` as lines "file:line:column: message".
std::string to_text(const ConfigErrors& errors);

// The same; prints errors to stderr, one line each as a compiler would, and gives nullopt.
std::optional<Setup> load_setup_or_complain(const Flags& flags, int interrupt_fd);

}  // namespace llm
