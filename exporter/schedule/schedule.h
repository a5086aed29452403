// When to probe. Pure: every function is told the time, so that a fake clock is a number.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "config/target.h"

namespace llm {

// FNV-1a, 64 bits: stable across restarts, machines and releases. Decides phase and shard.
std::uint64_t stable_hash(std::string_view text);

// Which of `count` exporters probes a target: --shard=index/count.
struct Shard {
  std::uint32_t index = 0, count = 1;
  bool owns(std::string_view target_name) const {
    return stable_hash(target_name) % count == index;
  }
};

// Offset of a target's slots within its interval, the same after a restart and on every replica.
Nanos phase(std::string_view target_name, Nanos interval);

enum class Skip : std::uint8_t { overrun, queue_full };

// Slots of all targets, concurrency caps, no overlap of a target with itself. A missed slot is
// counted, never caught up. Slots are aligned to the wall clock: slot k of a target is at
// phase + k * interval since the epoch, so that replicas agree; the caller gives the wall time of
// the monotonic origin once and steps of the wall clock do not move slots.
class Schedule {
 public:
  using Key = std::uint64_t;  // chosen by the caller, unique while the target is scheduled

  Schedule(MonoTime origin, WallTime wall_at_origin);

  void add(Key key, const Target& target, MonoTime now);
  void remove(Key key);  // an in-flight probe of it must still be reported by finished()

  struct Due {
    std::vector<Key> start;  // in order of their slots
    std::vector<std::pair<Key, Skip>> skipped;
    std::vector<Nanos> lateness;  // of each start, now minus its slot
  };
  // What to do at `now`. Each started key is in flight until finished().
  Due due(MonoTime now);
  void finished(Key key);
  // When due() has something to do next; nullopt if nothing is scheduled.
  std::optional<MonoTime> next() const;
  std::size_t in_flight() const;

  // Starts per turn are limited so that a herd of due targets does not stall the loop.
  static constexpr std::size_t kMaxStartsPerTurn = 32;

 private:
  struct Entry {
    std::string provider;
    std::uint32_t cap = 0;
    Nanos interval{};
    MonoTime slot;  // next slot
    bool running = false;
    bool waiting = false;  // its slot has come, the provider's cap has not let it start
    bool removed = false;
    std::uint64_t generation = 0;
  };
  struct Timer {
    MonoTime when;
    Key key;
    std::uint64_t generation;
    bool operator>(const Timer& other) const { return when > other.when; }
  };
  MonoTime origin_;
  WallTime wall_at_origin_;
  std::map<Key, Entry> entries_;
  std::map<std::string, std::uint32_t> running_by_provider_;
  std::map<std::string, std::vector<Key>> waiting_by_provider_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
};

}  // namespace llm
