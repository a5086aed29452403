#include "cli/flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <map>
#include <optional>

#include "cli/output.h"
#include "cli/version.h"
#include "config/syntax.h"

namespace llm {

namespace {

constexpr const char* kExamples = R"(Examples:
  llm_exporter --config.file=llm_exporter.yml        probe on a timer, serve :9877/metrics
  llm_exporter --config.file=llm_exporter.yml --config.check
  OPENAI_API_KEY=… llm_exporter                      no file: probe the providers whose keys are set
  llm_exporter probe openai/gpt-4o-mini              probe once, show where the time went
  llm_exporter probe --format json | jq .outcome
  llm_exporter status                                what a running exporter sees; exit code 0: all up
  llm_exporter simulate --config.file=config/demo.yml   only the fake providers
  llm_exporter healthcheck                           is it running? for Docker's HEALTHCHECK

Exit codes: 0 fine; 1 a probe failed, a target is not up, or the server could not run; 2 wrong command
line or configuration, or no exporter answers.
Configuration reference: config/README.md)";

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "i/n" with i < n; the error text otherwise.
std::string read_shard(const std::string& text, Shard& shard) {
  const auto slash = text.find('/');
  if (slash != std::string::npos) {
    const auto index = number(std::string_view(text).substr(0, slash));
    const auto count = number(std::string_view(text).substr(slash + 1));
    if (index && count && *count > 0 && *count <= 1000 && *index < *count) {
      shard = {*index, *count};
      return {};
    }
  }
  return fmt::format("--shard={}: want i/n with 0 <= i < n <= 1000, as in --shard=0/2", text);
}

std::string read_prefix(std::string& prefix) {
  while (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
  if (!prefix.empty() && prefix.front() != '/') prefix.insert(prefix.begin(), '/');
  for (const char c : prefix) {
    if (c <= ' ' || c == '?' || c == '#' || c == 0x7f) {
      return "--web.route-prefix: want a plain path such as /llm";
    }
  }
  return {};
}

// What listening would refuse for its form; whether the address is ours is seen when it listens.
std::string check_listen_address(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon != std::string::npos) {
    const auto host = std::string_view(address).substr(0, colon);
    const auto port = number(std::string_view(address).substr(colon + 1));
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    const bool plain = host.find_first_of(":[] /") == host.npos;
    if (port && *port <= 65'535 && (bracketed || plain)) return {};
  }
  return fmt::format("--web.listen-address={}: want :PORT, HOST:PORT or [IPv6]:PORT", address);
}

std::string check_external_url(const std::string& url) {
  if (url.empty() || url.starts_with("http://") || url.starts_with("https://")) return {};
  return fmt::format("--web.external-url={}: want http://… or https://…", url);
}

std::string check_status_url(const std::string& url) {
  const auto parts = parse_url(url);
  const bool http = url.starts_with("http://") || url.starts_with("https://");
  if (http && parts && url.find_first_of("?# ") == url.npos) return {};
  return fmt::format(
      "--url={}: want http://HOST:PORT, with the exporter's route prefix if it has one", url);
}

void add_config_file(CLI::App& app, Flags& flags) {
  app.add_option("--config.file", flags.config_file,
                 fmt::format("Configuration file. Without it: {} if there is one, else the "
                             "providers whose keys are in the environment.",
                             kDefaultConfigFile))
      ->envname("LLM_EXPORTER_CONFIG")
      ->type_name("FILE");
}

void add_log_flags(CLI::App& app, Flags& flags) {
  static const std::map<std::string, log::Level> levels{{"debug", log::Level::debug},
                                                        {"info", log::Level::info},
                                                        {"warn", log::Level::warn},
                                                        {"error", log::Level::error}};
  static const std::map<std::string, log::Format> formats{{"logfmt", log::Format::logfmt},
                                                          {"json", log::Format::json}};
  app.add_option("--log.level", flags.log_level, "debug, info, warn or error (default info).")
      ->type_name("LEVEL")
      ->transform(CLI::CheckedTransformer(levels).description(""));
  app.add_option("--log.format", flags.log_format, "logfmt or json (default logfmt).")
      ->type_name("FORMAT")
      ->transform(CLI::CheckedTransformer(formats).description(""));
}

void add_listen_address(CLI::App& app, Flags& flags, const char* help) {
  app.add_option("--web.listen-address", flags.listen_addresses, help)
      ->type_name("ADDR")
      ->take_all();
}

void add_route_prefix(CLI::App& app, Flags& flags) {
  app.add_option("--web.route-prefix", flags.route_prefix, "Prefix of all endpoints, as in /llm.")
      ->type_name("PATH");
}

void add_serve_flags(CLI::App& app, Flags& flags, std::string& shard) {
  app.add_flag("--config.check", flags.config_check,
               "Check the configuration and its secrets, then exit: 0 valid, 2 not.");
  add_listen_address(app, flags, "Address to listen on; repeatable (default :9877).");
  app.add_option("--web.external-url", flags.external_url,
                 "URL under which users reach this exporter, for links.")
      ->type_name("URL");
  add_route_prefix(app, flags);
  app.add_option("--shard", shard, "Probe only this part of the targets, as in 0/2.")
      ->type_name("i/n");
}

void add_format(CLI::App& app, Flags& flags, const char* help) {
  static const std::map<std::string, OutputFormat> formats{{"text", OutputFormat::text},
                                                           {"json", OutputFormat::json}};
  app.add_option("--format", flags.format, help)
      ->type_name("FORMAT")
      ->transform(CLI::CheckedTransformer(formats).description(""));
}

}  // namespace

std::variant<Flags, int> parse_flags(int argc, char** argv) {
  Flags flags;
  std::string shard;
  CLI::App app{"Prometheus exporter that asks LLM providers a real question on a timer.",
               "llm_exporter"};
  app.footer(kExamples);
  app.set_version_flag("--version",
                       fmt::format("llm_exporter {} (revision {})", version(), revision()));
  app.require_subcommand(0, 1);
  add_config_file(app, flags);
  add_serve_flags(app, flags, shard);
  add_log_flags(app, flags);

  auto* probe = app.add_subcommand("probe", "Probe targets once and show what was learned.");
  add_config_file(*probe, flags);
  add_format(*probe, flags, "text or json (default: text on a terminal).");
  probe->add_option("TARGET", flags.targets, "Names of targets; all if none is given.")
      ->type_name("");
  auto* simulate = app.add_subcommand("simulate", "Run the fake providers of a configuration.");
  add_config_file(*simulate, flags);
  add_log_flags(*simulate, flags);
  auto* providers = app.add_subcommand("providers", "List the provider types.");
  add_format(*providers, flags, "text or json (default text).");
  auto* healthcheck = app.add_subcommand(
      "healthcheck", "Ask a running exporter whether it is healthy: exit code 0 or 1.");
  add_listen_address(*healthcheck, flags, "Address that it listens on (default :9877).");
  add_route_prefix(*healthcheck, flags);

  auto* status = app.add_subcommand(
      "status", "Show what a running exporter sees: exit code 0 if every target is up, else 1.");
  status->add_option("--url", flags.url, "The exporter (default http://localhost:9877).")
      ->type_name("URL");
  add_format(*status, flags, "text or json (default text).");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kExitOk : kExitUnusable;
  }
  if (*probe) flags.command = Command::probe;
  if (*simulate) flags.command = Command::simulate;
  if (*providers) flags.command = Command::providers;
  if (*status) flags.command = Command::status;
  if (*healthcheck) flags.command = Command::healthcheck;
  std::string mistake = shard.empty() ? std::string() : read_shard(shard, flags.shard);
  if (mistake.empty()) mistake = read_prefix(flags.route_prefix);
  if (mistake.empty()) mistake = check_external_url(flags.external_url);
  if (mistake.empty()) mistake = check_status_url(flags.url);
  for (const auto& address : flags.listen_addresses) {
    if (mistake.empty()) mistake = check_listen_address(address);
  }
  if (!mistake.empty()) {
    complain("{}\n", mistake);
    return kExitUnusable;
  }
  return flags;
}

}  // namespace llm
