#include "state/history.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "base/text.h"

namespace llm {

static_assert(std::is_trivially_copyable_v<History>);
static_assert(sizeof(History) <= 2'000, "see the arithmetic in the header");

namespace {

// Whole seconds since the epoch; a clock before it or after 2106 is nobody's.
std::uint32_t whole_seconds(double unix_seconds) {
  return static_cast<std::uint32_t>(
      std::clamp(unix_seconds, 0.0, double{std::numeric_limits<std::uint32_t>::max()}));
}

int gravity(Outcome outcome) {
  if (success(outcome)) return 0;
  return fault(outcome) == Fault::provider ? 2 : 1;
}

template <class Count>
void add_up(Count& count, std::uint32_t more) {
  count =
      static_cast<Count>(std::min<std::uint32_t>(count + more, std::numeric_limits<Count>::max()));
}

std::uint16_t status_of(const ProbeResult& result) {
  return static_cast<std::uint16_t>(std::clamp(result.http_status.value_or(0), 0, 999));
}

void note_recent(History& history, const ProbeResult& result, double now) {
  auto& place = history.recent[history.next];
  place = {};
  place.at_unix_seconds = whole_seconds(now);
  place.cheaper = result.check || result.kind != result.target->kind;
  const double ttft = result.ttft_seconds.value_or(kUnknown);
  if (ttft >= 0 && !place.cheaper) place.ttft_seconds = static_cast<float>(ttft);
  place.http_status = status_of(result);
  place.outcome = result.outcome;
  place.slow = state_of(result) == State::degraded;
  history.next = static_cast<std::uint32_t>((history.next + 1) % kRecentProbes);
  history.size = std::min<std::uint32_t>(history.size + 1, kRecentProbes);
}

void note_error(History& history, const ProbeResult& result, double now) {
  if (success(result.outcome)) return;
  auto& last = history.last_error;
  last = {now, result.outcome, status_of(result), {}};
  if (result.error) last.message.set(clean_text(result.error->message, last.message.bytes.size()));
}

void note_cost(History& history, const ProbeResult& result, double now) {
  const double cost = cost_of(result);
  if (std::isnan(cost)) return;
  const auto today = whole_seconds(now) / kDaySeconds;
  const double before = cost_today_usd(history, now);
  history.cost_usd = std::isnan(before) ? cost : before + cost;
  history.cost_day = today;
}

}  // namespace

Tally tally_of(Outcome outcome) {
  Tally tally;
  tally.worst = outcome;
  if (success(outcome)) {
    tally.good = 1;
  } else if (fault(outcome) == Fault::provider) {
    tally.failed = 1;
  } else {
    tally.excluded = 1;
  }
  return tally;
}

double Tally::availability() const {
  const double judged = static_cast<double>(good) + static_cast<double>(failed);
  return judged > 0 ? static_cast<double>(good) / judged : kUnknown;
}

Tally& Tally::operator+=(const Tally& later) {
  if (later.probes() > 0 && (probes() == 0 || gravity(later.worst) >= gravity(worst)))
    worst = later.worst;
  good += later.good;
  failed += later.failed;
  excluded += later.excluded;
  return *this;
}

template <class Count, std::size_t N, std::uint32_t kSeconds>
void TallyRing<Count, N, kSeconds>::add(double unix_seconds, const Tally& tally) {
  const auto number = whole_seconds(unix_seconds) / kSeconds;
  // What lies between is empty; after a clock that was set far back nothing of before is true.
  if (number > newest) {
    for (auto n = std::max<std::uint64_t>(newest + 1, number >= N ? number - N + 1 : 0);
         n <= number; ++n)
      cells[n % N] = {};
    newest = number;
  } else if (newest - number >= N) {
    cells = {};
    newest = number;
  }
  auto& cell = cells[number % N];
  Tally sum{cell.good, cell.failed, cell.excluded, cell.worst};
  sum += tally;
  cell.worst = sum.worst;
  add_up(cell.good, tally.good);
  add_up(cell.failed, tally.failed);
  add_up(cell.excluded, tally.excluded);
}

template <class Count, std::size_t N, std::uint32_t kSeconds>
Tally TallyRing<Count, N, kSeconds>::at(double now, std::size_t back) const {
  const auto present = whole_seconds(now) / kSeconds;
  if (back > present) return {};
  const auto number = present - static_cast<std::uint32_t>(back);
  if (number > newest || newest - number >= N) return {};
  const auto& cell = cells[number % N];
  return {cell.good, cell.failed, cell.excluded, cell.worst};
}

template <class Count, std::size_t N, std::uint32_t kSeconds>
Tally TallyRing<Count, N, kSeconds>::sum(double now) const {
  Tally all;
  for (std::size_t back = N; back-- > 0;) all += at(now, back);
  return all;
}

template struct TallyRing<std::uint8_t, 60, 60>;
template struct TallyRing<std::uint16_t, 96, 900>;

History remember(History history, const ProbeResult& result, WallTime finished_at) {
  if (result.cancelled) return history;
  const double now = to_unix_seconds(finished_at);
  note_cost(history, result, now);
  if (!result.counts) return history;
  const auto tally = tally_of(result.outcome);
  note_recent(history, result, now);
  note_error(history, result, now);
  history.hour.add(now, tally);
  history.day.add(now, tally);
  if (const auto state = state_of(result);
      state != history.state || std::isnan(history.since_unix_seconds)) {
    history.state = state;
    history.since_unix_seconds = now;
  }
  return history;
}

const RecentProbe& recent(const History& history, std::size_t back) {
  return history.recent[(history.next + kRecentProbes - 1 - back) % kRecentProbes];
}

State state_of(const RecentProbe& probe) {
  return probe.slow ? State::degraded : state_of(probe.outcome);
}

bool recent_covers_hour(const History& history, double now_unix_seconds) {
  return history.size < kRecentProbes ||
         recent(history, kRecentProbes - 1).at_unix_seconds <= now_unix_seconds - kHourSeconds;
}

double cost_today_usd(const History& history, double now_unix_seconds) {
  const bool today = whole_seconds(now_unix_seconds) / kDaySeconds == history.cost_day;
  return today ? history.cost_usd : kUnknown;
}

}  // namespace llm
