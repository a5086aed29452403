#include "vantage/attribution.h"

#include <algorithm>

#include "config/provider_defaults.h"
#include "config/syntax.h"

namespace llm {
namespace {

// Our deadline passed, or the connection broke: not the answer's own end.
bool broke_off(Ended ended) {
  return ended == Ended::cut || ended == Ended::first_token_deadline ||
         ended == Ended::idle_deadline || ended == Ended::total_deadline;
}

bool is_address(std::string_view host) {
  return host.starts_with('[') || host.find_first_not_of("0123456789.") == host.npos;
}

// The latest step that asking takes and that is not after `step`; nullopt: it begins later.
std::optional<Step> nearest(const Witness& witness, Step step) {
  if (witness.first > step) return std::nullopt;
  return std::min(witness.last, step);
}

}  // namespace

std::optional<Step> lost_at(const ProbeResult& result) {
  switch (result.outcome) {
    case Outcome::dns:
      return Step::resolve;
    case Outcome::connect:
      return Step::connect;
    case Outcome::tls:
      return Step::tls;
    case Outcome::no_first_token:
    case Outcome::stalled:
    case Outcome::too_slow:
    case Outcome::truncated:
      if (broke_off(result.ended)) return Step::answer;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

Place place_of(std::string_view address) {
  const bool is_url = address.find("://") != address.npos;
  const auto text = (is_url ? "" : "tcp://") + std::string(address);
  const auto url = parse_url(text);
  if (!url) return {std::string(address), Side::out, true};
  const std::string port = !url->port.empty()       ? ":" + url->port
                           : url->scheme == "https" ? ":443"
                           : url->scheme == "http"  ? ":80"
                                                    : "";
  return {.authority = url->host + port,
          .side = is_loopback(text) ? Side::loopback : Side::out,
          .has_name = url->host != "localhost" && !is_address(url->host)};
}

std::vector<std::size_t> witnesses_for(const LostProbe& probe, std::span<const Witness> witnesses) {
  std::vector<std::size_t> able;
  for (std::size_t i = 0; i < witnesses.size(); ++i) {
    const Place& place = witnesses[i].place;
    if (place.side == probe.place.side && place.authority != probe.place.authority)
      able.push_back(i);
  }
  const auto needs_name = [&](std::size_t i) { return witnesses[i].place.has_name; };
  if (!probe.place.has_name && !std::ranges::all_of(able, needs_name))
    std::erase_if(able, needs_name);

  std::optional<Step> best;
  for (const auto i : able) best = std::max(best, nearest(witnesses[i], probe.step));
  std::erase_if(able, [&](std::size_t i) { return nearest(witnesses[i], probe.step) != best; });
  return able;
}

bool clears(const LostProbe& probe, const Witness& witness, const Testimony& testimony) {
  if (!testimony.lost_at) return true;
  const bool takes_step = witness.first <= probe.step && probe.step <= witness.last;
  return takes_step && *testimony.lost_at > probe.step;
}

}  // namespace llm
