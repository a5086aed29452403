// Wiring only: what the command line asks for.
#include <variant>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/harden.h"

int main(int argc, char** argv) {
  const auto parsed = llm::parse_flags(argc, argv);
  if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
  const auto& flags = std::get<llm::Flags>(parsed);
  llm::harden_process();
  llm::log::init(flags.log_level, flags.log_format);
  switch (flags.command) {
    case llm::Command::serve:
      return llm::run_serve(flags);
    case llm::Command::probe:
      return llm::run_probe(flags);
    case llm::Command::simulate:
      return llm::run_simulate(flags);
    case llm::Command::providers:
      return llm::run_providers(flags);
  }
}
