#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/setup.h"
#include "cli/signals.h"
#include "cli/version.h"
#include "cli/waterfall.h"
#include "journal/probe_json.h"
#include "schedule/probe_once.h"

namespace llm {

namespace {

using Targets = std::vector<std::shared_ptr<const Target>>;

// The named targets in the order they were named, or all; empty after complaining about a name.
Targets choose(const Config& config, const std::vector<std::string>& names) {
  if (names.empty()) return config.targets;
  Targets chosen;
  std::vector<std::string_view> known;
  for (const auto& target : config.targets) known.push_back(target->name);
  for (const auto& name : names) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      const auto near = did_you_mean(name, known);
      complain("no target '{}'{}; the configuration has {}\n", name,
               near ? fmt::format(" (did you mean '{}'?)", *near) : "", known.size());
      return {};
    }
    chosen.push_back(config.targets[static_cast<std::size_t>(found - known.begin())]);
  }
  return chosen;
}

bool wants_text(OutputFormat format) {
  return format == OutputFormat::text ||
         (format == OutputFormat::automatic && isatty(STDOUT_FILENO));
}

}  // namespace

int run_probe(const Flags& flags) {
  Signals signals({SIGTERM, SIGINT});
  auto setup = load_setup_or_complain(flags, signals.fd());
  if (!setup) return kExitUnusable;
  const auto targets = choose(*setup->config, flags.targets);
  if (targets.empty()) return kExitUnusable;

  std::unique_ptr<sim::Simulator> simulator;
  if (setup->scenario) {
    auto started = sim::Simulator::start(setup->scenario);
    if (started)
      simulator = std::move(*started);
    else
      complain("note: {}; probing whatever answers there\n", started.error());
  }
  ProbeOnce how;
  how.prices = setup->prices;
  how.config = setup->config;
  how.user_agent = fmt::format("llm_exporter/{}", version());
  how.interrupted = [&] { return signals.next() != 0; };
  if (isatty(STDERR_FILENO)) {
    how.on_start = [](const Target& t) { complain("probing {} …\n", t.name); };
  }
  const auto results = probe_once(targets, setup->credentials, how);

  const bool text = wants_text(flags.format);
  const bool colour = isatty(STDOUT_FILENO) && std::getenv("NO_COLOR") == nullptr;
  bool all_up = true;
  for (const auto& result : results) {
    all_up = all_up && !result.cancelled && success(result.outcome);
    if (text)
      say("{}\n", waterfall(result, colour));
    else
      say("{}\n", to_json_line(result));
  }
  return all_up ? kExitOk : kExitFailed;
}

}  // namespace llm
