// The part of a provider's script that is for its side endpoints (simulator/side_endpoints.h), and
// where each of them is, below /NAME:
//
//   status_page:                 the vendor's own word, as its status page puts it
//     system                     statuspage, incident_io    /_status/api/v2/summary.json
//                                better_stack               /_status/index.json
//                                instatus                   /_status/summary.json,
//                                                           /_status/v2/components.json
//                                google                     /_status/incidents.json
//                                aws                        /_status/public/currentevents (UTF-16)
//                                rss                        /_status/feed.xml
//     components: [{name, id, level: operational}]
//                                level: operational, maintenance, degraded, partial_outage,
//                                major_outage; google, aws and rss list only what is open: one
//                                incident for each component that is not operational
//     incident: {title, status: investigating, level}     touches the components that are not
//                                operational; level: theirs
//   account:                     what the provider says of our account
//     api                        openai       …/organization/costs, …/usage/completions
//                                anthropic    …/organizations/cost_report, …/usage_report/messages
//                                openrouter   …/key, …/credits
//                                deepseek     …/user/balance
//     admin_keys: […]            omitted: any key that is none of api_keys
//     usd_per_day: 0             of every UTC day up to yesterday
//     usd_today: 0
//     models: [{name, input_tokens, cached_input_tokens, output_tokens, requests}]      of a day
//     balance: 0, currency: USD  what is left
//     limit_usd                  the key's cap (openrouter); omitted: none
//   oauth:                       Google's token endpoint, /token; the API then takes its tokens
//     client_email               the only one that is known; omitted: any
//     public_key                 PEM; omitted: signatures are not checked
//     expires_in: 3599s          1s is the shortest
//     error                      refuse all with this code: invalid_grant
//   hub:                         the Hugging Face Hub's model info, /api/models/ID
//     - {model, providers: [], mapping: list}      no providers: nobody serves it;
//                                                  mapping: list, or object as it was
//   Each of the four takes `fault`: challenge (403, a web page), garbage (200, a web page),
//   truncated, empty or server_error. hub: at the first model that has one.
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

struct StatusPageScript {
  struct Component {
    std::string name, id;  // id: made of the name, unless given
    Level level = Level::operational;
  };
  struct Incident {
    std::string title, status = "investigating";
    std::optional<Level> level;
  };
  std::string system;
  std::vector<Component> components;
  std::optional<Incident> incident;
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
