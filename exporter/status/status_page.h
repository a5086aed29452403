// What a provider says of itself (providers.md §5): status pages of all systems on one scale. A
// page is a claim by the vendor; one that cannot be read is unknown and never down. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/provider_types.h"

namespace llm {

// The value of llm_provider_status; worse is larger, and maintenance is announced, not broken.
enum class ServiceLevel : std::uint8_t {
  unknown,
  operational,
  maintenance,
  degraded,
  partial_outage,
  major_outage,
};
std::string_view to_string(ServiceLevel level);

struct ComponentStatus {
  std::string name;
  ServiceLevel level = ServiceLevel::unknown;
  friend bool operator==(const ComponentStatus&, const ComponentStatus&) = default;
};

struct StatusReport {
  // Watched ones that the page has, in its order; at most kMaxComponents. Pages that list nothing
  // but incidents (google, aws, rss) have none.
  std::vector<ComponentStatus> components;
  // The worst of the watched components and of the open incidents that touch them; the page's own
  // indicator where nothing was singled out or found.
  ServiceLevel overall = ServiceLevel::unknown;
  std::string indicator;  // the page's own word: "none", "HASISSUES"; may be empty
  std::optional<std::size_t> open_incidents;  // that touch the watched; nullopt: it does not say
  std::string incident;                       // title of the worst of them; may be empty
};
inline constexpr std::size_t kMaxComponents = 100;
inline constexpr std::size_t kMaxStatusBytes = 16 << 20;  // Google's file holds years

// `watched`: names, ids or patterns with *; empty: every component. Group headings are skipped.
// Text is cleaned and bounded. Error: why it cannot be read ("a web page, not JSON"). `now` is for
// feeds: what was last heard of long ago is over, whether or not it says so.
Result<StatusReport> read_status_page(StatusSystem system, std::string_view body,
                                      std::span<const std::string> watched,
                                      std::optional<WallTime> now = std::nullopt);

// What our own probes say of the provider's generating targets, counting only what is its fault.
struct OwnView {
  std::size_t known = 0;  // targets with a verdict
  std::size_t down = 0;   // of those
  Nanos down_for{0};      // how long the one that has been down the longest is
};

// Whether the provider's word and our own eyes agree; value of llm_provider_status_agreement.
enum class Agreement : std::uint8_t {
  unknown,            // one of the two says nothing
  agree,              // or it is too early to tell
  unreported_outage,  // we see it down, they say operational
  unseen_incident,    // they report a fault, all that we probe is up
};
std::string_view to_string(Agreement agreement);

// A page is written by people, and read every few minutes: so long may it lag behind an outage.
inline constexpr Nanos kStatusLag = std::chrono::minutes(10);
Agreement compare(const OwnView& ours, ServiceLevel theirs);

}  // namespace llm
