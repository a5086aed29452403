// What one target's probes came to over the last hour and day, for the page, the API and whoever
// asks "how long has it been so". One trivially copyable struct, updated by one pure function from
// one ProbeResult and published whole through a Slot of its own: /metrics never copies it.
//
// Its size counts, because there may be 10,000 targets: 64 single probes of 12 bytes (768), 60
// minutes of 4 bytes (240), 96 quarters of an hour of 8 bytes (768), the last error (144) and some
// 40 bytes more: 2 kB a target, 20 MB in all.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/time.h"
#include "state/target_state.h"

namespace llm {

// A probe every minute fills an hour of them; of faster ones the minutes below tell the rest.
inline constexpr std::size_t kRecentProbes = 64;
inline constexpr std::uint32_t kHourSeconds = 3'600, kDaySeconds = 86'400;

struct RecentProbe {
  std::uint32_t at_unix_seconds = 0;  // when it finished; 0: no probe
  float ttft_seconds = std::numeric_limits<float>::quiet_NaN();
  std::uint16_t http_status = 0;  // 0: none
  Outcome outcome = Outcome::internal;
  bool slow : 1 = false;     // good, but over its threshold of TTFT
  bool cheaper : 1 = false;  // not the target's own probe, but a check in its place
};
static_assert(sizeof(RecentProbe) == 12);

// What the probes of a stretch of time came to.
struct Tally {
  std::uint32_t good = 0;
  std::uint32_t failed = 0;    // the provider's fault
  std::uint32_t excluded = 0;  // nobody's or our own: not held against the provider
  // The latest of the gravest kind there is: failed before excluded before good.
  Outcome worst = Outcome::ok;

  std::uint32_t probes() const { return good + failed + excluded; }
  double availability() const;  // 0..1; kUnknown if there is nothing to judge by
  Tally& operator+=(const Tally& later);
};

Tally tally_of(Outcome outcome);  // of one probe

// Tallies of `N` consecutive stretches of `kSeconds` each, aligned to the Unix epoch. `Count` must
// hold the probes of one stretch: at most one a second (kMinInterval) and its confirmation. More
// stay at its maximum.
template <class Count, std::size_t N, std::uint32_t kSeconds>
struct TallyRing {
  static constexpr std::size_t kCells = N;
  static constexpr std::uint32_t kCellSeconds = kSeconds;
  struct Cell {
    Count good = 0, failed = 0, excluded = 0;
    Outcome worst = Outcome::ok;
  };
  std::array<Cell, N> cells{};
  std::uint32_t newest = 0;  // number of the newest stretch since the epoch; 0: none yet

  void add(double unix_seconds, const Tally& tally);
  // The stretch that is `back` before the one that `now` is in; `back` < N.
  Tally at(double now_unix_seconds, std::size_t back) const;
  Tally sum(double now_unix_seconds) const;  // of all N up to now
};

// The latest probe that did not succeed: what went wrong is worth knowing when it is over, too.
struct LastError {
  double at_unix_seconds = kUnknown;  // when it finished; unknown: none yet
  Outcome outcome = Outcome::internal;
  std::uint16_t http_status = 0;  // 0: none
  FixedText<120> message;         // for people; may be empty
};

struct History {
  std::array<RecentProbe, kRecentProbes> recent{};
  std::uint32_t next = 0, size = 0;  // in `recent`
  LastError last_error;
  TallyRing<std::uint8_t, 60, 60> hour;
  TallyRing<std::uint16_t, 96, 900> day;
  State state = State::unknown;          // of the last probe
  double since_unix_seconds = kUnknown;  // when the first probe of this state finished
  std::uint32_t cost_day = 0;            // the UTC day of the cost, since the epoch
  double cost_usd = kUnknown;            // of that day's probes whose cost is known
};

// The one function: `history` with the result added. A cancelled result changes nothing; one that
// does not count, only the cost.
History remember(History history, const ProbeResult& result, WallTime finished_at);

// The probe that finished `back` probes ago; back < history.size, 0 is the latest.
const RecentProbe& recent(const History& history, std::size_t back);
State state_of(const RecentProbe& probe);

// Whether every probe of the last hour is still among the recent ones.
bool recent_covers_hour(const History& history, double now_unix_seconds);

// Of the present UTC day; kUnknown: none whose cost is known.
double cost_today_usd(const History& history, double now_unix_seconds);

}  // namespace llm
