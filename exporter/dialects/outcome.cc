#include "dialects/outcome.h"

namespace llm {

namespace {

struct Row {
  Outcome outcome;
  std::string_view name;
  Fault fault;
};

// In the order of the enum.
constexpr std::array<Row, kOutcomes> kRows = {{
    {Outcome::ok, "ok", Fault::none},
    {Outcome::ok_empty, "ok_empty", Fault::none},
    {Outcome::overloaded, "overloaded", Fault::provider},
    {Outcome::not_ready, "not_ready", Fault::provider},
    {Outcome::server_error, "server_error", Fault::provider},
    {Outcome::timeout, "timeout", Fault::provider},
    {Outcome::no_first_token, "no_first_token", Fault::provider},
    {Outcome::stalled, "stalled", Fault::provider},
    {Outcome::too_slow, "too_slow", Fault::provider},
    {Outcome::dns, "dns", Fault::provider},
    {Outcome::connect, "connect", Fault::provider},
    {Outcome::tls, "tls", Fault::provider},
    {Outcome::stream_error, "stream_error", Fault::provider},
    {Outcome::truncated, "truncated", Fault::provider},
    {Outcome::invalid_response, "invalid_response", Fault::provider},
    {Outcome::content_mismatch, "content_mismatch", Fault::provider},
    {Outcome::rate_limited, "rate_limited", Fault::account},
    {Outcome::quota_exhausted, "quota_exhausted", Fault::account},
    {Outcome::auth, "auth", Fault::account},
    {Outcome::permission, "permission", Fault::account},
    {Outcome::not_found, "not_found", Fault::account},
    {Outcome::bad_request, "bad_request", Fault::prober},
    {Outcome::blocked, "blocked", Fault::prober},
    {Outcome::local_network, "local_network", Fault::network},
    {Outcome::internal, "internal", Fault::prober},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].outcome) != i) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::string_view to_string(Outcome outcome) {
  return kRows[static_cast<std::size_t>(outcome)].name;
}

Fault fault(Outcome outcome) { return kRows[static_cast<std::size_t>(outcome)].fault; }

std::string_view to_string(Fault fault) {
  constexpr std::string_view kNames[] = {"none", "provider", "account", "prober", "network"};
  return kNames[static_cast<std::size_t>(fault)];
}

}  // namespace llm
