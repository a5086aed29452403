// The command line. Flag names are Prometheus' own.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/log.h"
#include "schedule/schedule.h"

namespace llm {

// Exit codes of every command.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;    // probe: some target failed; status: not all are up;
                                         // server: could not run
inline constexpr int kExitUnusable = 2;  // wrong command line or configuration; status: no answer

enum class Command : std::uint8_t { serve, probe, simulate, providers, healthcheck, status };
enum class OutputFormat : std::uint8_t { automatic, text, json };

struct Flags {
  Command command = Command::serve;
  std::string config_file;  // empty: kDefaultConfigFile if it exists, else the environment
  bool config_check = false;
  std::vector<std::string> listen_addresses{":9877"};
  std::string external_url, route_prefix;
  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::logfmt;
  Shard shard;
  OutputFormat format = OutputFormat::automatic;  // of `probe`, `providers`, `status`
  std::string url = "http://localhost:9877";      // of `status`: a running exporter
  std::vector<std::string> targets;               // of `probe`; empty: all
};

inline constexpr const char* kDefaultConfigFile = "llm_exporter.yml";

// The flags, or the exit code when everything was said already (--help, --version, a mistake).
std::variant<Flags, int> parse_flags(int argc, char** argv);

}  // namespace llm
