// Wiring only: what the command line asks for.
#include <algorithm>
#include <variant>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/harden.h"
#include "cli/output.h"

namespace {

int run(const llm::Flags& flags) {
  switch (flags.command) {
    case llm::Command::serve:
      return llm::run_serve(flags);
    case llm::Command::probe:
      return llm::run_probe(flags);
    case llm::Command::simulate:
      return llm::run_simulate(flags);
    case llm::Command::providers:
      return llm::run_providers(flags);
    case llm::Command::status:
      return llm::run_status(flags);
    case llm::Command::healthcheck:
      return llm::run_healthcheck(flags);
  }
  return llm::kExitUnusable;
}

}  // namespace

int main(int argc, char** argv) {
  llm::harden_process();
  const auto parsed = llm::parse_flags(argc, argv);
  const int* said = std::get_if<int>(&parsed);
  const auto* flags = std::get_if<llm::Flags>(&parsed);
  if (flags) llm::log::init(flags->log_level, flags->log_format);
  const int exit_code = flags ? run(*flags) : *said;
  return llm::everything_was_said() ? exit_code : std::max(exit_code, llm::kExitFailed);
}
