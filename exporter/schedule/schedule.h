// When to probe. Pure: every function is told the time, so that a fake clock is a number.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "config/target.h"

namespace llm {

// FNV-1a, 64 bits, then MurmurHash3's finaliser, because names that differ in the last characters
// only would otherwise get neighbouring hashes. Stable across restarts, machines and releases.
// Decides phase and shard.
std::uint64_t stable_hash(std::string_view text);

// Which of `count` exporters probes a target: --shard=index/count.
struct Shard {
  std::uint32_t index = 0, count = 1;
  bool owns(std::string_view target_name) const {
    return stable_hash(target_name) % count == index;
  }
};

// Offset of a target's slots within its interval (> 0), the same after a restart and on every
// replica.
Nanos phase(std::string_view target_name, Nanos interval);

// Why a slot passed without a probe.
enum class Skip : std::uint8_t {
  overrun,     // the probe of an earlier slot was still running, or the loop came too late
  queue_full,  // an earlier slot's probe was still waiting for a place
  waiting,     // the provider told us to wait
};

// Slots of all targets, concurrency caps, no overlap of a target with itself. A missed slot is
// counted, never caught up. Slots are aligned to the wall clock: slot k of a target is at
// phase + k * interval since the epoch, so that replicas agree; the caller gives the wall time of
// the monotonic origin once and steps of the wall clock do not move slots.
//
// The way of a target: its slot comes -> it waits in its provider's lane for a place -> it has a
// place and is ready -> due() tells to start it, it is in flight -> finished() frees the place.
class Schedule {
 public:
  using Key = std::uint64_t;  // chosen by the caller, unique while the target is scheduled

  Schedule(MonoTime origin, WallTime wall_at_origin);
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  // Replaces what was scheduled under `key`. The provider's cap is that of its latest target.
  void add(Key key, const Target& target, MonoTime now);
  void remove(Key key);  // an in-flight probe of it must still be reported by finished()

  struct Skipped {
    Key key;
    Skip reason;
    std::uint64_t slots;  // more than one after a stop of the process
    friend bool operator==(const Skipped&, const Skipped&) = default;
  };
  struct Due {
    std::vector<Key> start;       // in order of their slots
    std::vector<Nanos> lateness;  // of each start, now minus its slot
    std::vector<bool> extra;      // of each start, whether once() asked for it
    std::vector<Skipped> skipped;
  };
  // What to do at `now`. Each started key is in flight until finished().
  Due due(MonoTime now);
  void finished(Key key);
  // No slot of `key` before `until` is taken, one that waits for a place included; the latest of
  // all holds counts. A running probe is not touched.
  void hold(Key key, MonoTime until);
  // One start of `key` at `when`, beside its slots and like one of them: it waits for a place in
  // its lane. A slot that comes first takes its place, as does the next call; while the target is
  // being probed it comes to nothing. False: refused, because a slot comes no later, the target is
  // held until later, or nothing is scheduled under `key`.
  bool once(Key key, MonoTime when);
  // The first slot of `key` from `from` on that may be taken, or the next one if that is later.
  MonoTime slot_from(Key key, MonoTime from) const;
  // When due() has something to do next, which may have passed; nullopt if nothing is scheduled.
  std::optional<MonoTime> next() const;
  std::size_t in_flight() const { return in_flight_.size(); }

  // Starts per turn are limited so that a herd of due targets does not stall the loop.
  static constexpr std::size_t kMaxStartsPerTurn = 32;

 private:
  using Queue = std::set<std::pair<MonoTime, Key>>;  // by slot

  // One provider's places.
  struct Lane {
    std::uint32_t cap = 0;
    std::uint32_t taken = 0;    // ready or in flight
    std::uint32_t targets = 0;  // entries that point here
    Queue waiting;
  };
  using Lanes = std::map<std::string, Lane>;

  struct Entry {
    Lanes::iterator lane;
    Nanos interval;
    MonoTime slot;                   // next one; in slots_
    std::optional<MonoTime> queued;  // slot or extra start it is waiting or ready for
    MonoTime held_until{};           // slots before it pass
    std::optional<MonoTime> extra;   // start beside the slots; in extras_ until it is queued
  };

  MonoTime first_slot(const Target& target, MonoTime now) const;
  void take_slots(Key key, Entry& entry, MonoTime now, Due& due);
  void take_extra(Key key, Entry& entry);
  void drop_extra(Key key, Entry& entry);
  void enqueue(Key key, Entry& entry, MonoTime when);
  void unqueue(Key key, Entry& entry);
  void grant(Lane& lane);
  void drop_if_unused(Lanes::iterator lane);

  MonoTime origin_;
  WallTime wall_at_origin_;
  std::unordered_map<Key, Entry> entries_;
  Lanes lanes_;                                         // by provider name
  Queue slots_;                                         // next slot of every entry
  Queue extras_;                                        // starts beside them, not yet queued
  Queue ready_;                                         // have a place and start at the next due()
  std::unordered_map<Key, Lanes::iterator> in_flight_;  // outlives the entry if that is removed
};

}  // namespace llm
