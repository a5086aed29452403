#include "web/history_json.h"

#include <cmath>

#include "web/words.h"

namespace llm {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json text(std::string_view value) { return value.empty() ? Json(nullptr) : Json(value); }
Json status(int http_status) { return http_status == 0 ? Json(nullptr) : Json(http_status); }

Json tally_json(const Tally& tally) {
  return {{"ratio", number(tally.availability())},
          {"good", tally.good},
          {"failed", tally.failed},
          {"excluded", tally.excluded}};
}

// A float's digits, not those of the double that is nearest to it.
Json ttft_json(float seconds) {
  return std::isfinite(seconds) ? Json(std::round(double{seconds} * 1e6) / 1e6) : Json(nullptr);
}

}  // namespace

Json availability_json(const History& history, double now) {
  return {{"hour", tally_json(history.hour.sum(now))}, {"day", tally_json(history.day.sum(now))}};
}

Json last_error_json(const LastError& error) {
  if (std::isnan(error.at_unix_seconds)) return nullptr;
  return {{"finished_at", timestamp(error.at_unix_seconds)},
          {"class", to_string(error.outcome)},
          {"fault", to_string(fault(error.outcome))},
          {"http_status", status(error.http_status)},
          {"message", text(error.message.view())}};
}

Json history_json(const History& history, double now) {
  Json probes = Json::array(), day = Json::array();
  for (std::size_t back = history.size; back-- > 0;) {
    const auto& probe = recent(history, back);
    probes.push_back({{"finished_at", timestamp(probe.at_unix_seconds)},
                      {"outcome", to_string(probe.outcome)},
                      {"state", to_string(state_of(probe))},
                      {"http_status", status(probe.http_status)},
                      {"ttft_seconds", ttft_json(probe.ttft_seconds)}});
  }
  constexpr auto kSeconds = decltype(history.day)::kCellSeconds;
  for (std::size_t back = decltype(history.day)::kCells; back-- > 0;) {
    const auto tally = history.day.at(now, back);
    if (tally.probes() == 0) continue;
    auto cell = tally_json(tally);
    cell["from"] = timestamp((std::floor(now / kSeconds) - static_cast<double>(back)) * kSeconds);
    cell["worst"] = to_string(tally.worst);
    day.push_back(std::move(cell));
  }
  return {{"probes", probes}, {"day", day}};
}

}  // namespace llm
