#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "config/provider_types.h"

namespace llm {

int run_providers(const Flags&) {
  say("{:<18} {:<20} {:<15} {:<40} {}\n", "TYPE", "DIALECT", "CHECK TESTS KEY", "BASE URL",
      "KEY FROM");
  for (const auto& type : provider_types()) {
    say("{:<18} {:<20} {:<15} {:<40} {}\n", type.name, type.dialect,
        type.models_checks_key ? "yes" : "no", type.base_url.empty() ? "(base_url)" : type.base_url,
        type.env.empty() ? "-" : type.env);
  }
  return kExitOk;
}

}  // namespace llm
