// Tells our own outage from a provider's. Checks the configured canaries on a timer; without any,
// takes the other providers for witnesses, of whom nothing but a connection is asked: no request,
// no credential, no cost. A probe that was lost in transport is held until they have said whether
// it was us. Probe thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "engine/fetch.h"
#include "engine/http_client.h"
#include "engine/loop.h"
#include "probe/result.h"
#include "state/vantage.h"
#include "vantage/contacts.h"
#include "vantage/inquiry.h"
#include "vantage/outlook.h"

namespace llm {

class Vantage {
 public:
  // Whether canaries are checked when no probe asks for it.
  enum class Watch : std::uint8_t { always, on_demand };
  // `on_change` after everything that may have changed state().
  Vantage(
      Loop& loop, HttpClient& http, Watch watch, std::function<void()> on_change = [] {});
  ~Vantage();
  Vantage(const Vantage&) = delete;
  Vantage& operator=(const Vantage&) = delete;

  // If other addresses are to be asked from now on, held probes end as they are.
  void apply(const Config& config);

  using Key = Inquiry::Key;
  using Done = std::function<void(ProbeResult)>;
  // Calls `done` once, with the outcome `local_network` if we lost the probe and else as it was: at
  // once, unless it was lost in transport and somebody can tell by whom; then within
  // Inquiry::kSpacing and the timeout of a check.
  void judge(Key key, ProbeResult result, Done done);
  // Ends a held probe without a verdict: it is not counted.
  void cancel(Key key);
  void cancel_all();

  VantageState state() const;
  bool down() const { return outlook_.down() != nullptr; }  // state().down

 private:
  // What somebody said last.
  struct Asked {
    std::unique_ptr<Fetch> running;
    std::optional<Testimony> said;
    std::optional<WallTime> said_at;
  };
  struct Held {
    LostProbe probe;
    ProbeResult result;
    Done done;
  };

  void begin();
  void pump();
  void ask(std::size_t i);
  void hear(std::size_t i, const Fetched& answer);
  void weigh_canaries(Side side);
  void settle(const Inquiry::Verdict& verdict);
  std::string complaints(std::span<const std::size_t> contacts) const;
  void note_change();

  Loop& loop_;
  HttpClient& http_;
  const Watch watch_;
  std::function<void()> on_change_;

  Canary canary_;
  std::vector<std::shared_ptr<const Provider>> others_;  // in place of canaries
  std::vector<Contact> contacts_;
  std::vector<Asked> asked_;  // one a contact
  Inquiry inquiry_;           // its witnesses are the contacts'
  std::map<Key, Held> held_;
  Outlook outlook_;
  bool was_down_ = false;
  Loop::TimerId timer_ = 0;
};

}  // namespace llm
