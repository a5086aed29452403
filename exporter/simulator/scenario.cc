#include "simulator/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>

#include "simulator/fake_dialect.h"
#include "simulator/flavour.h"
#include "simulator/scenario_faults.h"
#include "simulator/yaml_map.h"

namespace llm::sim {
namespace {

constexpr std::uint64_t kMaxLimit = 1'000'000'000'000;

ModelScript read_model(YamlMap& map) {
  ModelScript model;
  map.require("name");
  map.text("name", &model.name, 256);
  if (map.has("name") && model.name.empty()) map.error("name", "must not be empty");
  map.texts("served", &model.served);
  map.duration("drift_every", &model.drift_every, std::chrono::milliseconds(1));
  map.duration("ttft", &model.ttft);
  map.fraction("jitter", &model.jitter);
  map.real("tokens_per_second", &model.tokens_per_second, 0.01, 1e6);
  map.text("text", &model.text, kMaxTextBytes);
  map.count("output_tokens", &model.output_tokens, 1, kMaxOutputTokens);
  map.flag("reasoning", &model.reasoning);
  map.count("reasoning_tokens", &model.reasoning_tokens, 0, kMaxOutputTokens);
  map.text("reasoning_text", &model.reasoning_text, kMaxTextBytes);
  if (model.served.empty()) model.served.push_back(model.name);
  return model;
}

std::optional<BucketSize> read_bucket(YamlMap& map, std::string_view key) {
  std::optional<BucketSize> size;
  map.map(key, [&](YamlMap& bucket) {
    size = BucketSize{.limit = 1, .window = std::chrono::minutes(1)};
    bucket.require("limit");
    bucket.count("limit", &size->limit, 1, kMaxLimit);
    bucket.duration("window", &size->window, std::chrono::milliseconds(1));
  });
  return size;
}

RateLimitScript read_rate_limit(YamlMap& map, const ProviderScript& provider) {
  RateLimitScript script;
  script.requests = read_bucket(map, "requests");
  script.tokens = read_bucket(map, "tokens");
  if (provider.dialect == "anthropic-messages" || provider.flavour == "fireworks") {
    script.input_tokens = read_bucket(map, "input_tokens");
    script.output_tokens = read_bucket(map, "output_tokens");
  }
  return script;
}

// Part of the path, so kept simple.
bool is_provider_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name[0] != '_' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

void check_unique(YamlMap& map, std::string_view what, std::string_view name,
                  std::set<std::string, std::less<>>* seen) {
  if (!name.empty() && !seen->emplace(name).second) {
    map.error("name", fmt::format("there are two {} named '{}'", what, name));
  }
}

ProviderScript read_provider(YamlMap& map) {
  ProviderScript provider;
  map.require("name");
  map.text("name", &provider.name);
  if (map.has("name") && !is_provider_name(provider.name)) {
    map.error("name",
              "1 to 64 letters, digits, '-', '.' or '_' (not first): it is part of the URL");
  }
  map.require("dialect");
  map.choice("dialect", &provider.dialect, {dialect_names().begin(), dialect_names().end()});
  std::vector<std::string_view> flavours;
  for (const auto& flavour : all_flavours()) flavours.push_back(flavour.name);
  map.choice("flavour", &provider.flavour, flavours);
  if (map.has("flavour") && provider.dialect != "openai-chat") {
    map.error("flavour", "only openai-chat has flavours");
  }
  map.texts("api_keys", &provider.api_keys);
  map.require("models");
  std::set<std::string, std::less<>> names;
  map.maps("models", kMaxModels, [&](YamlMap& model) {
    provider.models.push_back(read_model(model));
    check_unique(model, "models", provider.models.back().name, &names);
  });
  map.map("rate_limit",
          [&](YamlMap& limits) { provider.rate_limit = read_rate_limit(limits, provider); });
  provider.side = read_side(map);
  map.maps("faults", kMaxFaults,
           [&](YamlMap& fault) { provider.faults.push_back(read_fault_rule(fault)); });
  for (const auto& rule : provider.faults) {
    for (const auto& model : rule.when.models) {
      if (names.contains(model)) continue;
      map.error("faults", fmt::format("there is no model '{}' in this provider", model));
    }
  }
  return provider;
}

Scenario read_scenario(YamlMap& map) {
  Scenario scenario;
  map.text("listen", &scenario.listen);
  map.count("seed", &scenario.seed, 0, UINT64_MAX);
  map.duration("accept_delay", &scenario.accept_delay);
  map.map("tls", [&](YamlMap& tls) {
    scenario.tls.emplace();
    tls.require("cert_file");
    tls.require("key_file");
    tls.text("cert_file", &scenario.tls->cert_file);
    tls.text("key_file", &scenario.tls->key_file);
    tls.text("client_ca_file", &scenario.tls->client_ca_file);
    tls.duration("handshake_delay", &scenario.tls->handshake_delay);
  });
  map.require("providers");
  std::set<std::string, std::less<>> names;
  map.maps("providers", kMaxProviders, [&](YamlMap& provider) {
    scenario.providers.push_back(read_provider(provider));
    check_unique(provider, "providers", scenario.providers.back().name, &names);
  });
  return scenario;
}

// Loads `yaml` and hands its root to `read`; returns what was wrong, in the order of the text.
std::vector<SimError> read_yaml(std::string_view yaml,
                                const std::function<void(const YAML::Node&, YamlErrors*)>& read) {
  YamlErrors errors;
  if (yaml.size() > kMaxScenarioBytes) {
    return {{.message = fmt::format("longer than {} bytes", kMaxScenarioBytes)}};
  }
  try {
    read(YAML::Load(std::string(yaml)), &errors);
  } catch (const YAML::Exception& e) {
    errors.add(e.mark, e.msg);
  }
  std::stable_sort(errors.errors.begin(), errors.errors.end(),
                   [](const SimError& a, const SimError& b) {
                     return std::pair(a.line, a.column) < std::pair(b.line, b.column);
                   });
  return std::move(errors.errors);
}

}  // namespace

Result<std::shared_ptr<const Scenario>, std::vector<SimError>> parse_scenario(
    std::string_view yaml) {
  auto scenario = std::make_shared<Scenario>();
  auto errors = read_yaml(yaml, [&](const YAML::Node& root, YamlErrors* found) {
    YamlMap map(root, "", found);
    if (!map.valid()) return;
    *scenario = read_scenario(map);
    map.finish();
  });
  if (!errors.empty()) return Err{std::move(errors)};
  return std::shared_ptr<const Scenario>(std::move(scenario));
}

Result<std::vector<FaultRule>, std::vector<SimError>> parse_faults(std::string_view yaml) {
  std::vector<FaultRule> rules;
  auto errors = read_yaml(yaml, [&](const YAML::Node& root, YamlErrors* found) {
    // As if it stood under a provider's `faults:`, which also takes a single one here.
    YAML::Node one(YAML::NodeType::Sequence);
    one.push_back(root);
    YAML::Node provider;
    provider["faults"] = root.IsMap() ? one : root;
    YamlMap map(provider, "", found);
    map.maps("faults", kMaxFaults,
             [&](YamlMap& fault) { rules.push_back(read_fault_rule(fault)); });
  });
  if (!errors.empty()) return Err{std::move(errors)};
  return rules;
}

Result<StatusPageScript, std::vector<SimError>> parse_status_page(std::string_view yaml) {
  StatusPageScript page;
  auto errors = read_yaml(yaml, [&](const YAML::Node& root, YamlErrors* found) {
    YamlMap map(root, "status_page", found);
    if (!map.valid()) return;
    page = read_status_page(map);
    map.finish();
  });
  if (!errors.empty()) return Err{std::move(errors)};
  return page;
}

}  // namespace llm::sim
