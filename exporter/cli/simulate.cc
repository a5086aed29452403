#include <fmt/format.h>
#include <poll.h>

#include <csignal>
#include <cstdio>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/setup.h"
#include "cli/signals.h"

namespace llm {

int run_simulate(const Flags& flags) {
  // Secrets are not needed here, only the script.
  const auto file = flags.config_file.empty() ? kDefaultConfigFile : flags.config_file;
  auto config = load_config_file(file);
  if (!config) {
    complain("{}", to_text(config.error()));
    return kExitUnusable;
  }
  if (config->simulator.empty()) {
    complain("{}: there is no `simulator:` section; config/demo.yml shows one\n", file);
    return kExitUnusable;
  }
  auto scenario = read_scenario(*config);
  if (!scenario) {
    complain("{}", to_text(scenario.error()));
    return kExitUnusable;
  }
  Signals signals({SIGTERM, SIGINT});
  auto simulator = sim::Simulator::start(*scenario);
  if (!simulator) {
    complain("cannot start the simulator: {}\n", simulator.error());
    return kExitFailed;
  }
  for (const auto& address : (*simulator)->addresses()) {
    say("simulator listening on {}\n", address);
  }
  std::fflush(stdout);
  pollfd waiting{signals.fd(), POLLIN, 0};
  while (signals.next() == 0) poll(&waiting, 1, -1);
  return kExitOk;
}

}  // namespace llm
