#include "simulator/scenario_side.h"

#include "simulator/oauth.h"
#include "simulator/yaml_map.h"

namespace llm::sim {
namespace {

constexpr std::size_t kMaxItems = 1'000;
constexpr double kMaxMoney = 1e9;
constexpr std::uint64_t kMaxTokens = 1'000'000'000'000;
constexpr std::size_t kMaxKeyBytes = 16 << 10;

SideFault read_fault(YamlMap& map) {
  std::string name;
  map.choice("fault", &name, {"challenge", "garbage", "truncated", "empty", "server_error"});
  if (name == "challenge") return SideFault::challenge;
  if (name == "garbage") return SideFault::garbage;
  if (name == "truncated") return SideFault::truncated;
  if (name == "empty") return SideFault::empty;
  if (name == "server_error") return SideFault::server_error;
  return SideFault::none;
}

std::optional<Level> read_level(YamlMap& map) {
  std::string name;
  map.choice("level", &name,
             {"operational", "maintenance", "degraded", "partial_outage", "major_outage"});
  if (name == "operational") return Level::operational;
  if (name == "maintenance") return Level::maintenance;
  if (name == "degraded") return Level::degraded;
  if (name == "partial_outage") return Level::partial_outage;
  if (name == "major_outage") return Level::major_outage;
  return std::nullopt;
}

AccountScript read_account(YamlMap& map) {
  AccountScript account;
  map.require("api");
  map.choice("api", &account.api, {"openai", "anthropic", "openrouter", "deepseek"});
  map.texts("admin_keys", &account.admin_keys);
  map.real("usd_per_day", &account.usd_per_day, 0, kMaxMoney);
  map.real("usd_today", &account.usd_today, 0, kMaxMoney);
  map.maps("models", kMaxItems, [&](YamlMap& item) {
    auto& model = account.models.emplace_back();
    item.require("name");
    item.text("name", &model.name);
    item.count("input_tokens", &model.input_tokens, 0, kMaxTokens);
    item.count("cached_input_tokens", &model.cached_input_tokens, 0, kMaxTokens);
    item.count("output_tokens", &model.output_tokens, 0, kMaxTokens);
    item.count("requests", &model.requests, 0, kMaxTokens);
    if (model.cached_input_tokens > model.input_tokens) {
      item.error("cached_input_tokens", "they are part of input_tokens, so cannot be more");
    }
  });
  map.real("balance", &account.balance, -kMaxMoney, kMaxMoney);
  map.text("currency", &account.currency, 3);
  if (map.has("limit_usd")) map.real("limit_usd", &account.limit_usd.emplace(), 0, kMaxMoney);
  account.fault = read_fault(map);
  return account;
}

OAuthScript read_oauth(YamlMap& map) {
  OAuthScript oauth;
  map.text("client_email", &oauth.client_email);
  map.text("public_key", &oauth.public_key, kMaxKeyBytes);
  if (!oauth.public_key.empty() && !is_public_key(oauth.public_key)) {
    map.error("public_key", "not the PEM text of a public key (-----BEGIN PUBLIC KEY-----)");
  }
  map.duration("expires_in", &oauth.expires_in, std::chrono::seconds(1));
  map.text("error", &oauth.error);
  oauth.fault = read_fault(map);
  return oauth;
}

HubModelScript read_hub_model(YamlMap& map) {
  HubModelScript model;
  map.require("model");
  map.text("model", &model.model);
  map.texts("providers", &model.providers);
  std::string mapping;
  map.choice("mapping", &mapping, {"list", "object"});
  model.mapping_is_object = mapping == "object";
  model.fault = read_fault(map);
  return model;
}

}  // namespace

StatusPageScript read_status_page(YamlMap& map) {
  StatusPageScript page;
  map.require("system");
  map.choice("system", &page.system,
             {"statuspage", "incident_io", "better_stack", "instatus", "google", "aws", "rss"});
  map.maps("components", kMaxItems, [&](YamlMap& item) {
    auto& component = page.components.emplace_back();
    item.require("name");
    item.text("name", &component.name);
    item.text("id", &component.id);
    component.level = read_level(item).value_or(Level::operational);
  });
  map.map("incident", [&](YamlMap& item) {
    auto& incident = page.incident.emplace();
    item.require("title");
    item.text("title", &incident.title);
    item.choice("status", &incident.status, {"investigating", "identified", "monitoring"});
    incident.level = read_level(item);
  });
  page.fault = read_fault(map);
  return page;
}

SideScript read_side(YamlMap& provider) {
  SideScript side;
  provider.map("status_page", [&](YamlMap& map) { side.status_page = read_status_page(map); });
  provider.map("account", [&](YamlMap& map) { side.account = read_account(map); });
  provider.map("oauth", [&](YamlMap& map) { side.oauth = read_oauth(map); });
  provider.maps("hub", kMaxItems, [&](YamlMap& map) { side.hub.push_back(read_hub_model(map)); });
  return side;
}

}  // namespace llm::sim
