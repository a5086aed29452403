#include "web/vantage_api.h"

#include <nlohmann/json.hpp>

#include "web/words.h"

namespace llm {
namespace {

using Json = nlohmann::ordered_json;

Json text(std::string_view value) { return value.empty() ? Json(nullptr) : Json(value); }

Json canary_json(const CanaryView& canary) {
  return {{"canary", canary.name},
          {"ok", canary.ok ? Json(*canary.ok) : Json(nullptr)},
          {"checked_at", canary.checked_at ? text(timestamp(to_unix_seconds(*canary.checked_at)))
                                           : Json(nullptr)},
          {"error", text(canary.error)}};
}

}  // namespace

std::string vantage_json(const VantageState& state, std::string_view name) {
  Json canaries = Json::array();
  for (const auto& canary : state.canaries) canaries.push_back(canary_json(canary));
  const Json answer = {{"status", "success"},
                       {"data",
                        {{"vantage", text(name)},
                         {"down", state.down},
                         {"since", text(timestamp(state.since_unix_seconds))},
                         {"why", text(state.why)},
                         {"canaries", canaries}}}};
  return answer.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace llm
