#include "schedule/prober.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <map>
#include <utility>
#include <vector>

#include "base/log.h"
#include "engine/http_client.h"
#include "probe/probe.h"

namespace llm {

namespace {

// How often the loop measures its own lag and publishes its state when nothing else happens.
constexpr std::chrono::seconds kHeartbeat{1};
// How long apply() waits for the probe thread; only a stopped thread lets it pass.
constexpr std::chrono::seconds kApplyPatience{5};

}  // namespace

struct Prober::Impl {
  // A target on this thread: its published entry and, while it is probed, the probe.
  struct Tracked {
    std::shared_ptr<RosterEntry> entry;
    std::unique_ptr<Probe> probe;
    HttpClient::Id call = 0;
  };

  explicit Impl(Options o)
      : options(std::move(o)),
        http(loop, HttpClientOptions{.user_agent = options.user_agent}),
        schedule(mono_now(), wall_now()) {
    roster.set(std::make_shared<const Roster>());
  }

  void apply(const Config& config, CredentialsByProvider fresh);
  std::map<std::string_view, Schedule::Key> keys_by_name() const;
  void forget(Schedule::Key key);
  void pump();
  void pump_at(MonoTime when);
  void start(Schedule::Key key);
  void finish(Schedule::Key key, ProbeResult result);
  void heartbeat();
  void publish();

  Options options;
  Loop loop;
  HttpClient http;
  Schedule schedule;
  std::map<Schedule::Key, Tracked> tracked;
  Schedule::Key next_key = 1;
  CredentialsByProvider credentials;
  std::vector<std::unique_ptr<Probe>> ended;  // freed at the next turn: they are on the stack now
  Loop::TimerId wake = 0;
  ExporterState self;

  Published<Roster> roster;
  Slot<ExporterState> published;
};

std::map<std::string_view, Schedule::Key> Prober::Impl::keys_by_name() const {
  std::map<std::string_view, Schedule::Key> keys;
  for (const auto& [key, target] : tracked) keys.emplace(target.entry->target->name, key);
  return keys;
}

void Prober::Impl::apply(const Config& config, CredentialsByProvider fresh) {
  credentials = std::move(fresh);
  auto next = std::make_shared<Roster>();
  auto before = keys_by_name();
  std::vector<std::pair<Schedule::Key, Tracked>> added;
  for (const auto& target : config.targets) {
    if (!options.shard.owns(target->name)) continue;
    const auto known = before.find(target->name);
    if (known != before.end() && *tracked.at(known->second).entry->target == *target) {
      next->entries.push_back(tracked.at(known->second).entry);
      before.erase(known);
      continue;
    }
    auto entry = std::make_shared<RosterEntry>();
    entry->target = target;
    entry->added = wall_now();
    next->entries.push_back(entry);
    added.emplace_back(next_key++, Tracked{std::move(entry), nullptr, 0});
  }
  for (const auto& [name, key] : before) forget(key);
  for (auto& [key, target] : added) {
    schedule.add(key, *target.entry->target, mono_now());
    tracked.emplace(key, std::move(target));
  }
  roster.set(std::move(next));
  pump();
}

void Prober::Impl::forget(Schedule::Key key) {
  const auto call = tracked.at(key).call;
  if (tracked.at(key).probe) http.cancel(call);  // ends in finish(), as cancelled
  schedule.remove(key);
  tracked.erase(key);
}

// Does what the schedule says is due and sleeps until it has more to say.
void Prober::Impl::pump() {
  ended.clear();
  const auto now = mono_now();
  const auto due = schedule.due(now);
  for (const auto& lateness : due.lateness) {
    observe(self.start_lag, kLagBounds, to_seconds(lateness));
  }
  for (const auto& [key, why, slots] : due.skipped) {
    const bool overrun = why == Skip::overrun;
    (overrun ? self.skipped_overrun : self.skipped_queue_full) += slots;
    log::debug("probe skipped", {{"target", tracked.at(key).entry->target->name},
                                 {"reason", overrun ? "overrun" : "queue_full"}});
  }
  for (const auto key : due.start) start(key);
  if (const auto next = schedule.next()) pump_at(*next);
  publish();
}

void Prober::Impl::pump_at(MonoTime when) {
  loop.cancel(wake);
  wake = loop.at(when, [this] { pump(); });
}

void Prober::Impl::start(Schedule::Key key) {
  Tracked& target = tracked.at(key);
  const auto& what = target.entry->target;
  const Credentials& secrets = credentials[what->provider->name];
  target.probe = std::make_unique<Probe>(what, secrets, mono_now(), wall_now(),
                                         [this, key](ProbeResult r) { finish(key, std::move(r)); });
  target.call = http.start(make_call(*what, secrets), *target.probe);
}

void Prober::Impl::finish(Schedule::Key key, ProbeResult result) {
  Tracked& target = tracked.at(key);
  ended.push_back(std::move(target.probe));
  schedule.finished(key);
  if (!result.cancelled) {
    auto state = target.entry->state.get();
    record(state, result, wall_now());
    target.entry->state.put(state);
    options.on_result(result);
  }
  pump_at(mono_now());  // in the next turn: a place is free, and `ended` can go
}

void Prober::Impl::heartbeat() {
  observe(self.loop_lag, kLagBounds, to_seconds(loop.last_timer_lag()));
  publish();
  loop.at(mono_now() + kHeartbeat, [this] { heartbeat(); });
}

void Prober::Impl::publish() {
  const auto stats = http.stats();
  self.targets = tracked.size();
  self.in_flight = schedule.in_flight();
  self.kernel_arrivals = stats.kernel_arrivals;
  self.fallback_arrivals = stats.fallback_arrivals;
  published.put(self);
}

Prober::Prober(Options options, std::shared_ptr<const Config> config,
               CredentialsByProvider credentials)
    : impl_(std::make_unique<Impl>(std::move(options))) {
  impl_->apply(*config, std::move(credentials));
}
Prober::~Prober() { impl_->http.cancel_all(); }

void Prober::apply(std::shared_ptr<const Config> config, CredentialsByProvider credentials) {
  auto done = std::make_shared<std::promise<void>>();
  auto applied = done->get_future();
  impl_->loop.post([impl = impl_.get(), config = std::move(config),
                    credentials = std::move(credentials), done = std::move(done)] {
    impl->apply(*config, credentials);
    done->set_value();
  });
  applied.wait_for(kApplyPatience);
}

void Prober::set_credentials(CredentialsByProvider credentials) {
  impl_->loop.post([impl = impl_.get(), credentials = std::move(credentials)] {
    impl->credentials = credentials;
  });
}

void Prober::run() {
  impl_->heartbeat();
  impl_->loop.run();
  impl_->http.cancel_all();
}

void Prober::stop() { impl_->loop.stop(); }

std::shared_ptr<const Roster> Prober::roster() const { return impl_->roster.get(); }
ExporterState Prober::state() const { return impl_->published.get(); }

}  // namespace llm
