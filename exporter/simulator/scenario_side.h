// The part of a provider's script that is for its side endpoints (simulator/side_endpoints.h).
// config/demo.yml shows and explains the YAML.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "simulator/simulator.h"

namespace llm::sim {

class YamlMap;

enum class SideFault : std::uint8_t {
  none,
  challenge,
  garbage,
  truncated,
  empty,
  server_error,
};

enum class Level : std::uint8_t {
  operational,
  maintenance,
  degraded,
  partial_outage,
  major_outage,
};

struct StatusComponentScript {
  std::string name, id;  // id: made of the name, unless given
  Level level = Level::operational;
};

struct StatusIncidentScript {
  std::string title, status = "investigating";
  std::optional<Level> level;
};

struct StatusPageScript {
  std::string system;
  std::vector<StatusComponentScript> components;
  std::optional<StatusIncidentScript> incident;
  SideFault fault = SideFault::none;
};

struct AccountScript {
  struct Model {
    std::string name;
    std::uint64_t input_tokens = 0, cached_input_tokens = 0, output_tokens = 0, requests = 0;
  };
  std::string api;
  std::vector<std::string> admin_keys;
  double usd_per_day = 0, usd_today = 0;
  std::vector<Model> models;
  double balance = 0;
  std::string currency = "USD";
  std::optional<double> limit_usd;
  SideFault fault = SideFault::none;
};

struct OAuthScript {
  std::string client_email, public_key, error;
  Nanos expires_in = std::chrono::seconds(3599);
  SideFault fault = SideFault::none;
};

struct HubModelScript {
  std::string model;
  std::vector<std::string> providers;
  bool mapping_is_object = false;
  SideFault fault = SideFault::none;
};

struct SideScript {
  std::optional<StatusPageScript> status_page;
  std::optional<AccountScript> account;
  std::optional<OAuthScript> oauth;
  std::vector<HubModelScript> hub;
};

// From the provider's mapping itself: asks it for the keys that it knows.
SideScript read_side(YamlMap& provider);

// From the mapping under `status_page`.
StatusPageScript read_status_page(YamlMap& map);

}  // namespace llm::sim
