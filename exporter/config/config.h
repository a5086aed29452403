// The configuration as an immutable value, and the one function that makes it from a file.
// config/README.md is the reference for users.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "config/canary.h"
#include "config/target.h"

namespace llm {

// One thing wrong with the file. Lines and columns count from 1; 0 means the whole file.
struct ConfigError {
  std::string file;
  int line = 0;
  int column = 0;
  std::string message;  // names the key, what is wrong and what would be right
};
std::string to_string(const ConfigError& error);  // "file:line:column: message"
using ConfigErrors = std::vector<ConfigError>;

// Targets that can stand in for each other.
struct FailoverGroup {
  std::string name;
  std::vector<std::string> targets;  // their names, the preferred one first
  // Least time between two changes of the recommendation that nothing forces. Five minutes: longer
  // than the outages that come and go, and an alert on the change has been read by then.
  Millis dwell{300'000};
  std::optional<Millis> max_ttft;  // a p95 above it is a reason to prefer another target
  friend bool operator==(const FailoverGroup&, const FailoverGroup&) = default;
};

struct Config {
  std::string file;     // as the user named it; empty when found in the environment
  std::string vantage;  // may be empty
  std::vector<std::shared_ptr<const Provider>> providers;
  std::vector<std::shared_ptr<const Target>> targets;  // in file order
  std::vector<FailoverGroup> failover;
  Canary canary;                  // without checks: none is contacted
  DailyBudget budget;             // of all providers together
  std::string budget_state_file;  // absolute; remembers the day's spending over a restart
  std::string prices_file;        // absolute, in LiteLLM's format; empty: no table
  // The `simulator:` section as YAML text, or empty; the simulator reads it. Its line 1 is line
  // `simulator_line` of `file`; columns are the file's.
  std::string simulator;
  int simulator_line = 0;
  std::vector<std::string> warnings;  // "file:line:column: …"; shown at start and by --config.check
};

// Limits of the file itself: a configuration is written by people.
inline constexpr std::size_t kMaxConfigBytes = 4 << 20;
inline constexpr std::size_t kMaxTargets = 20'000;

// Reads and validates everything but secrets' values. All errors at once, in file order.
Result<Config, ConfigErrors> load_config_file(const std::string& path);
Result<Config, ConfigErrors> parse_config(std::string_view yaml, const std::string& file_name);

// Providers found from OPENAI_API_KEY and siblings (the table of types names them), each probed
// with its default model and with `models`. `getenv` is passed in so that tests need no process
// environment. Error: what to do, in one line.
using GetEnv = const char* (*)(const char*);
Result<Config> config_from_environment(GetEnv getenv);

// The running configuration as YAML for /config: defaults filled in, every secret as <secret>.
std::string dump_config(const Config& config);

}  // namespace llm
