#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "config/config.h"
#include "config/read_breaker.h"
#include "config/read_canary.h"
#include "config/read_failover.h"
#include "config/read_money.h"
#include "config/read_probe.h"
#include "config/read_provider.h"
#include "config/read_secret.h"
#include "config/section.h"
#include "config/simulator_section.h"
#include "config/syntax.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr std::size_t kMaxPath = 4'096;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // editors on Windows write it

class ConfigReader {
 public:
  ConfigReader(std::string_view yaml, Diagnostics& diagnostics)
      : yaml_(yaml),
        folder_(std::filesystem::path(diagnostics.file()).parent_path()),
        diagnostics_(diagnostics) {
    config_.file = diagnostics.file();
  }

  Config read(const YamlNode& root) {
    Section section(Field("configuration", root, diagnostics_));
    if (const auto global = section.find("global")) read_global(*global);
    if (const auto budget = section.find("budget")) read_total_budget(*budget);
    if (const auto prices = section.find("prices")) {
      config_.prices_file = read_prices(*prices, folder_);
    }
    if (const auto canary = section.find("canary")) {
      config_.canary = read_canary(*canary, folder_);
    }
    if (const auto providers = section.require("providers", "list at least one provider")) {
      read_providers(*providers);
    }
    name_state_file();
    if (const auto failover = section.find("failover")) {
      config_.failover = read_failover(*failover, config_.targets);
    }
    if (const auto simulator = section.find("simulator")) {
      auto text = simulator_section(yaml_, root, *simulator, section.entry("simulator")->at);
      config_.simulator = std::move(text.yaml);
      config_.simulator_line = text.line;
    }
    section.finish();
    return std::move(config_);
  }

 private:
  void read_global(const Field& field) {
    Section section(field);
    if (const auto interval = section.find("interval")) {
      defaults_.interval = read_duration(*interval, kMinInterval, kMaxInterval);
    }
    if (const auto timeout = section.find("timeout")) {
      defaults_.timeout = read_timeouts(*timeout, {});
    }
    if (const auto confirm = section.find("confirm")) {
      defaults_.confirm = read_bool(*confirm).value_or(true);
    }
    if (const auto breaker = section.find("breaker")) {
      defaults_.breaker = read_breaker(*breaker, defaults_.breaker);
    }
    if (const auto vantage = section.find("vantage")) {
      config_.vantage = read_text(*vantage, kMaxModelBytes).value_or("");
      if (!config_.vantage.empty() && !is_name(config_.vantage)) {
        vantage->error(fmt::format("{} {}", in_quotes(config_.vantage), kNameShape));
      }
    }
    section.finish();
  }

  void read_total_budget(const Field& field) {
    Section section(field);
    config_.budget = read_daily_budget(section);
    if (const auto file = section.find("state_file")) read_state_file(*file);
    section.finish();
    if (section.valid() && section.all().empty()) {
      field.error("give usd_per_day, tokens_per_day or both");
    }
  }

  void read_state_file(const Field& field) {
    const auto text = read_text(field, kMaxPath);
    if (!text) return;
    config_.budget_state_file = absolute_path(*text, folder_);
    const std::filesystem::path path(config_.budget_state_file);
    std::error_code ignored;
    if (!path.has_filename() || std::filesystem::is_directory(path, ignored)) {
      field.error("is a directory; name a file that the exporter may write");
    } else if (!std::filesystem::is_directory(path.parent_path(), ignored)) {
      field.error(fmt::format("there is no folder {}; make it, writable by the exporter's user",
                              in_quotes(path.parent_path().string())));
    }
  }

  // Nothing is to be remembered where nothing is bounded.
  void name_state_file() {
    const bool bounded = config_.budget.any() ||
                         std::any_of(config_.providers.begin(), config_.providers.end(),
                                     [](const auto& provider) { return provider->budget.any(); });
    if (!bounded) {
      config_.budget_state_file.clear();
    } else if (config_.budget_state_file.empty()) {
      config_.budget_state_file = absolute_path(std::string(kBudgetStateFile), folder_);
    }
  }

  void read_providers(const Field& field) {
    const auto items = read_list(field);
    if (!items) return;
    for (const auto& item : *items) {
      Section section(item);
      auto provider = std::make_shared<const Provider>(read_provider(section, folder_));
      const auto probes = section.require("probes", "list what to probe, such as [{kind: models}]");
      section.finish();
      check_provider_name(*provider, item.at());
      if (probes) read_probes(*probes, provider);
      config_.providers.push_back(std::move(provider));
    }
  }

  void check_provider_name(const Provider& provider, Position at) {
    if (provider.name.empty()) return;
    const auto [first, is_new] = provider_places_.try_emplace(provider.name, at);
    if (is_new) return;
    diagnostics_.error(at,
                       fmt::format("name: a second provider {}, the first is at line {}; choose "
                                   "another name",
                                   in_quotes(provider.name), first->second.line));
  }

  void read_probes(const Field& field, const std::shared_ptr<const Provider>& provider) {
    const auto items = read_list(field);
    if (!items) return;
    for (const auto& item : *items) {
      for (auto& placed : read_probe(item, provider, defaults_)) add_target(std::move(placed));
    }
  }

  void add_target(PlacedTarget placed) {
    auto& [target, at] = placed;
    if (too_many_) return;
    const auto [first, is_new] = target_places_.try_emplace(target.name, at);
    if (!is_new && !target.provider->name.empty()) {
      diagnostics_.error(at, fmt::format("models: a second target {}, the first is at line {}; a "
                                         "provider probes a model once a kind",
                                         in_quotes(target.name), first->second.line));
    }
    if (config_.targets.size() < kMaxTargets) {
      config_.targets.push_back(std::make_shared<const Target>(std::move(target)));
    } else {
      too_many_ = true;
      diagnostics_.error(at,
                         fmt::format("models: more than {} targets; split the file over several "
                                     "exporters",
                                     kMaxTargets));
    }
  }

  std::string_view yaml_;
  std::filesystem::path folder_;
  Diagnostics& diagnostics_;
  ProbeDefaults defaults_;
  std::map<std::string, Position> provider_places_, target_places_;
  bool too_many_ = false;
  Config config_;
};

}  // namespace

Result<Config, ConfigErrors> parse_config(std::string_view yaml, const std::string& file_name) {
  if (yaml.starts_with(kByteOrderMark)) yaml.remove_prefix(kByteOrderMark.size());
  Diagnostics diagnostics(file_name);
  const auto root = parse_yaml(yaml, diagnostics);
  if (!root) return Err{diagnostics.errors()};
  auto config = ConfigReader(yaml, diagnostics).read(*root);
  if (diagnostics.failed()) return Err{diagnostics.errors()};
  config.warnings = diagnostics.warnings();
  return config;
}

}  // namespace llm
