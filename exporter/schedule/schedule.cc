#include "schedule/schedule.h"

#include <algorithm>

namespace llm {

std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: offset basis and prime for 64 bits
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  hash ^= hash >> 33;  // MurmurHash3's fmix64
  hash *= 0xff51afd7ed558ccd;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53;
  hash ^= hash >> 33;
  return hash;
}

Nanos phase(std::string_view target_name, Nanos interval) {
  const auto length = static_cast<std::uint64_t>(interval.count());
  return Nanos(static_cast<Nanos::rep>(stable_hash(target_name) % length));
}

Schedule::Schedule(MonoTime origin, WallTime wall_at_origin)
    : origin_(origin), wall_at_origin_(wall_at_origin) {}

MonoTime Schedule::first_slot(const Target& target, MonoTime now) const {
  const Nanos interval = target.interval;
  const Nanos wall = wall_at_origin_.time_since_epoch() + (now - origin_);
  const Nanos since_slot = (wall - phase(target.name, interval)) % interval;
  // % takes the sign of its left side: not positive means that the slot is ahead.
  return since_slot > Nanos(0) ? now - since_slot + interval : now - since_slot;
}

void Schedule::add(Key key, const Target& target, MonoTime now) {
  remove(key);
  const auto lane = lanes_.try_emplace(target.provider->name).first;
  lane->second.cap = target.provider->max_concurrent;
  ++lane->second.targets;
  const auto slot = first_slot(target, now);
  entries_.emplace(key, Entry{lane, target.interval, slot, {}, {}, {}});
  slots_.emplace(slot, key);
  grant(lane->second);  // the cap may have been raised
}

void Schedule::remove(Key key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  drop_extra(key, found->second);
  unqueue(key, found->second);
  const auto lane = found->second.lane;
  slots_.erase({found->second.slot, key});
  entries_.erase(found);
  --lane->second.targets;
  drop_if_unused(lane);
}

void Schedule::unqueue(Key key, Entry& entry) {
  if (!entry.queued) return;
  Lane& lane = entry.lane->second;
  if (lane.waiting.erase({*entry.queued, key}) == 0) {
    ready_.erase({*entry.queued, key});
    --lane.taken;
  }
  entry.queued.reset();
  grant(lane);
}

void Schedule::hold(Key key, MonoTime until) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  entry.held_until = std::max(entry.held_until, until);
  if (entry.extra && *entry.extra < entry.held_until) drop_extra(key, entry);
  unqueue(key, entry);
}

bool Schedule::once(Key key, MonoTime when) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return false;
  Entry& entry = found->second;
  drop_extra(key, entry);
  if (entry.queued || entry.slot <= when || when < entry.held_until) return false;
  entry.extra = when;
  extras_.emplace(when, key);
  return true;
}

MonoTime Schedule::slot_from(Key key, MonoTime from) const {
  const Entry& entry = entries_.at(key);
  const auto ahead = std::max(std::max(from, entry.held_until) - entry.slot, Nanos(0));
  return entry.slot + (ahead + entry.interval - Nanos(1)) / entry.interval * entry.interval;
}

Schedule::Due Schedule::due(MonoTime now) {
  Due due;
  while (!slots_.empty() && slots_.begin()->first <= now) {
    const Key key = slots_.begin()->second;
    take_slots(key, entries_.at(key), now, due);
  }
  while (!extras_.empty() && extras_.begin()->first <= now) {
    const Key key = extras_.begin()->second;
    take_extra(key, entries_.at(key));
  }
  while (!ready_.empty() && due.start.size() < kMaxStartsPerTurn) {
    const auto [slot, key] = *ready_.begin();
    ready_.erase(ready_.begin());
    Entry& entry = entries_.at(key);
    entry.queued.reset();
    in_flight_.emplace(key, entry.lane);
    due.start.push_back(key);
    due.lateness.push_back(now - slot);
    due.extra.push_back(entry.extra.has_value());
    entry.extra.reset();
  }
  return due;
}

// Takes all slots of one entry that have come, by division, because a process that was stopped for
// hours has missed a great many.
void Schedule::take_slots(Key key, Entry& entry, MonoTime now, Due& due) {
  const auto missed = (now - entry.slot) / entry.interval;  // all that have come but the latest
  const auto latest = entry.slot + missed * entry.interval;
  slots_.erase({entry.slot, key});
  entry.slot = latest + entry.interval;
  slots_.emplace(entry.slot, key);

  drop_extra(key, entry);  // the slot takes its place
  const auto skip = [&](Skip reason, Nanos::rep slots) {
    if (slots == 0) return;
    due.skipped.push_back({key, reason, static_cast<std::uint64_t>(slots)});
  };
  if (in_flight_.contains(key)) {
    skip(Skip::overrun, missed + 1);
  } else if (entry.queued) {
    skip(Skip::queue_full, missed + 1);
  } else if (latest < entry.held_until) {
    skip(Skip::waiting, missed + 1);
  } else {
    skip(Skip::overrun, missed);
    enqueue(key, entry, latest);
  }
}

void Schedule::take_extra(Key key, Entry& entry) {
  const auto when = *entry.extra;
  extras_.erase({when, key});
  if (in_flight_.contains(key)) return entry.extra.reset();
  enqueue(key, entry, when);
}

void Schedule::drop_extra(Key key, Entry& entry) {
  if (!entry.extra) return;
  extras_.erase({*entry.extra, key});
  entry.extra.reset();
  unqueue(key, entry);  // it may have been waiting already
}

void Schedule::enqueue(Key key, Entry& entry, MonoTime when) {
  entry.queued = when;
  entry.lane->second.waiting.emplace(when, key);
  grant(entry.lane->second);
}

void Schedule::finished(Key key) {
  const auto found = in_flight_.find(key);
  if (found == in_flight_.end()) return;
  const auto lane = found->second;
  in_flight_.erase(found);
  --lane->second.taken;
  grant(lane->second);
  drop_if_unused(lane);
}

std::optional<MonoTime> Schedule::next() const {
  if (!ready_.empty()) return ready_.begin()->first;
  if (slots_.empty()) return std::nullopt;
  return extras_.empty() ? slots_.begin()->first
                         : std::min(slots_.begin()->first, extras_.begin()->first);
}

// Free places go to those who wait, in order of their slots.
void Schedule::grant(Lane& lane) {
  while (lane.taken < lane.cap && !lane.waiting.empty()) {
    ready_.insert(lane.waiting.extract(lane.waiting.begin()));
    ++lane.taken;
  }
}

// Reloads may bring ever new names.
void Schedule::drop_if_unused(Lanes::iterator lane) {
  if (lane->second.targets == 0 && lane->second.taken == 0) lanes_.erase(lane);
}

}  // namespace llm
