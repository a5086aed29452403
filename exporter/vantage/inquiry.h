// Asks witnesses about probes that were lost in transport and holds each until the verdict. Pure:
// every function is told the time, so that a fake clock is a number.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/canary.h"
#include "vantage/attribution.h"

namespace llm {

// The way of a probe: it is lost -> the witnesses that can tell are asked, each once for all probes
// that wait for it -> one is fine: the provider's fault, at once; all fail: ours. What counts is
// the first word of a witness after the probe was lost, so that no verdict rests on another network
// than the one that lost it; or that it failed while the probe was under way or shortly before, so
// that the last probes of an outage are not judged by what came after it.
class Inquiry {
 public:
  using Key = std::uint64_t;  // chosen by the caller, unique while the probe is held

  struct Rules {
    std::size_t quorum = 1;               // with fewer witnesses there is no verdict
    std::size_t most = kMaxCanaryChecks;  // asked about one probe, the first ones
    Nanos timeout{0};  // of asking; a witness that has not answered by then failed
    std::optional<Nanos> interval = std::nullopt;  // between two questions nobody waits for
  };
  // Replaces the witnesses; the first are asked at the next due() if there is an interval. No probe
  // may be held.
  void begin(std::vector<Witness> witnesses, const Rules& rules, MonoTime now);

  // A probe that began at `began` was lost. False: nobody could tell, so it is not held.
  bool hold(Key key, LostProbe probe, MonoTime began, MonoTime now);
  void withdraw(Key key);  // of a key that is not held: nothing
  // What the witness that due() told to ask has said.
  void heard(std::size_t witness, const Testimony& testimony, MonoTime now);

  struct Verdict {
    Key key;
    bool ours;
    friend bool operator==(const Verdict&, const Verdict&) = default;
  };
  struct Due {
    std::vector<std::size_t> ask;  // each until heard()
    std::vector<Verdict> verdicts;
  };
  Due due(MonoTime now);
  // When due() has something to do next, which may have passed; nullopt: nothing is to come.
  std::optional<MonoTime> next() const;

  const std::vector<Witness>& witnesses() const { return witnesses_; }

  // One witness is not asked more often: a provider that fails for many targets must not make us a
  // nuisance to others. So a verdict takes this and the timeout at most. Also how old a failure may
  // be.
  static constexpr std::chrono::seconds kSpacing{1};

 private:
  struct Question {
    bool running = false, wanted = false;
    std::optional<MonoTime> asked_at{};
    std::optional<MonoTime> routine{};  // when it is asked even if nobody waits
    Testimony said{};                   // last
    std::optional<MonoTime> said_at{};
  };
  struct Held {
    LostProbe probe;
    MonoTime until;
    std::set<std::size_t> awaited;
  };
  std::optional<MonoTime> next_question(const Question& question) const;

  Rules rules_;
  std::vector<Witness> witnesses_;
  std::vector<Question> questions_;  // one a witness
  std::map<Key, Held> held_;
  std::vector<Verdict> verdicts_;  // not yet told
};

}  // namespace llm
