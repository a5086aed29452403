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
#include "schedule/access_tokens.h"
#include "schedule/confirmation.h"
#include "schedule/polls.h"
#include "schedule/target_breaker.h"
#include "state/failover_groups.h"
#include "vantage/vantage.h"

namespace llm {

namespace {

// How often the loop measures its own lag and publishes its state when nothing else happens.
constexpr std::chrono::seconds kHeartbeat{1};
// How long apply() waits for the probe thread; only a stopped thread lets it pass.
constexpr std::chrono::seconds kApplyPatience{5};

// What all shards may spend together is what was configured.
Config with_share_of_budget(const Config& config, std::uint32_t shards) {
  const auto share = [shards](DailyBudget& budget) {
    if (budget.usd) *budget.usd /= shards;
    if (budget.tokens) *budget.tokens /= shards;
  };
  Config shared;
  shared.budget = config.budget;
  share(shared.budget);
  for (const auto& provider : config.providers) {
    auto copy = std::make_shared<Provider>(*provider);
    share(copy->budget);
    shared.providers.push_back(std::move(copy));
  }
  return shared;
}

}  // namespace

struct Prober::Impl {
  // A target on this thread: its published entry and, while it is probed, the probe.
  struct Tracked {
    std::shared_ptr<RosterEntry> entry;
    std::optional<ModelPrice> price = std::nullopt;
    std::unique_ptr<Probe> probe = nullptr;  // running
    HttpClient::Id call = 0;
    bool awaits_token = false;  // has its place in the schedule, not yet a probe
    Breaker breaker{};
    Choice choice{};     // the running probe
    bool extra = false;  // it is beside the slots
  };

  Impl(Options o, const Config& config)
      : options(std::move(o)),
        http(loop, HttpClientOptions{.user_agent = options.user_agent}),
        tokens(http),
        polls(loop, http, [this] { publish_providers(); }),
        vantage(loop, http, Vantage::Watch::always, [this] { publish_vantage(); }),
        schedule(mono_now(), wall_now()),
        budget(with_share_of_budget(config, options.shard.count), options.ledger) {
    roster.set(std::make_shared<const Roster>());
    providers.set(std::make_shared<const ProvidersState>());
    publish_vantage();
  }

  void apply(const Plan& plan);
  void set_credentials(CredentialsByProvider fresh);
  void set_prices(std::shared_ptr<const PriceTable> table);
  std::map<std::string_view, Schedule::Key> keys_by_name() const;
  void forget(Schedule::Key key);
  void pump();
  void pump_at(MonoTime when);
  void note_skipped(const Schedule::Skipped& skipped);
  void start(Schedule::Key key, bool extra);
  void skip_for_budget(Schedule::Key key);
  void obtain_token(Schedule::Key key);
  void launch(Schedule::Key key, const Credentials& secrets);
  void finish(Schedule::Key key, ProbeResult result);
  void conclude(Schedule::Key key, ProbeResult result);
  void settle(Schedule::Key key, ProbeResult& result);
  void hold(Schedule::Key key, const ProbeResult& result);
  void follow_up(Schedule::Key key, const ProbeResult& result);
  void heartbeat();
  void publish();
  void publish_providers();
  void publish_vantage();

  Options options;
  Loop loop;
  HttpClient http;
  AccessTokens tokens;
  Polls polls;
  Vantage vantage;
  Schedule schedule;
  Budget budget;
  std::map<Schedule::Key, Tracked> tracked;
  Schedule::Key next_key = 1;
  CredentialsByProvider credentials;
  std::shared_ptr<const PriceTable> prices;
  std::vector<std::unique_ptr<Probe>> ended;  // freed at the next turn: they are on the stack now
  Loop::TimerId wake = 0;
  ExporterState self;
  FailoverGroups failover;

  Published<Roster> roster;
  Published<ProvidersState> providers;
  Published<VantageState> vantage_state;
  Slot<ExporterState> published;
};

std::map<std::string_view, Schedule::Key> Prober::Impl::keys_by_name() const {
  std::map<std::string_view, Schedule::Key> keys;
  for (const auto& [key, target] : tracked) keys.emplace(target.entry->target->name, key);
  return keys;
}

void Prober::Impl::apply(const Plan& plan) {
  const Config& config = *plan.config;
  credentials = plan.credentials;
  budget.reconfigure(with_share_of_budget(config, options.shard.count));
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
    added.emplace_back(next_key++, Tracked{.entry = std::move(entry)});
  }
  for (const auto& [name, key] : before) forget(key);
  for (auto& [key, target] : added) {
    schedule.add(key, *target.entry->target, mono_now());
    tracked.emplace(key, std::move(target));
  }
  set_prices(plan.prices);
  failover.apply(config.failover, *next, wall_now(), vantage.down());
  roster.set(std::move(next));
  polls.apply(config, options.shard, plan.credentials);
  vantage.apply(config);
  pump();
}

void Prober::Impl::set_credentials(CredentialsByProvider fresh) {
  credentials = std::move(fresh);
  polls.set_credentials(credentials);
}

void Prober::Impl::set_prices(std::shared_ptr<const PriceTable> table) {
  prices = std::move(table);
  for (auto& [key, target] : tracked) {
    if (!generates(target.entry->target->kind)) continue;
    auto state = target.entry->state.get();
    target.price = price_of(*target.entry->target, state.last.served_model.view(), prices.get());
    set_price(state, target.price);
    target.entry->state.put(state);
  }
}

void Prober::Impl::forget(Schedule::Key key) {
  Tracked& target = tracked.at(key);
  if (target.probe) http.cancel(target.call);  // ends in finish(), as cancelled
  vantage.cancel(key);                         // ends in conclude(), likewise
  if (target.awaits_token) {
    budget.release(target.choice.grant, *target.entry->target);
    schedule.finished(key);
  }
  schedule.remove(key);
  tracked.erase(key);
}

// Does what the schedule says is due and sleeps until it has more to say.
void Prober::Impl::pump() {
  ended.clear();
  const auto due = schedule.due(mono_now());
  for (const auto& lateness : due.lateness) {
    observe(self.start_lag, kLagBounds, to_seconds(lateness));
  }
  for (const auto& skipped : due.skipped) note_skipped(skipped);
  for (std::size_t i = 0; i < due.start.size(); ++i) start(due.start[i], due.extra[i]);
  if (const auto next = schedule.next()) pump_at(*next);
  publish();
}

void Prober::Impl::pump_at(MonoTime when) {
  loop.cancel(wake);
  wake = loop.at(when, [this] { pump(); });
}

void Prober::Impl::note_skipped(const Schedule::Skipped& skipped) {
  struct Reason {
    const char* name;
    std::uint64_t ExporterState::*count;
  };
  constexpr Reason kReasons[] = {{"overrun", &ExporterState::skipped_overrun},
                                 {"queue_full", &ExporterState::skipped_queue_full},
                                 {"waiting", &ExporterState::skipped_waiting}};
  const auto& reason = kReasons[static_cast<std::size_t>(skipped.reason)];
  self.*reason.count += skipped.slots;
  log::debug("probe skipped",
             {{"target", tracked.at(skipped.key).entry->target->name}, {"reason", reason.name}});
}

void Prober::Impl::start(Schedule::Key key, bool extra) {
  Tracked& target = tracked.at(key);
  target.extra = extra;
  target.choice =
      choose(target.entry->target, target.breaker, budget, target.price, mono_now(), wall_now());
  if (!target.choice.what) return skip_for_budget(key);
  const Credentials& secrets = credentials[target.entry->target->provider->name];
  if (!secrets.service_account.empty()) return obtain_token(key);
  launch(key, secrets);
}

void Prober::Impl::skip_for_budget(Schedule::Key key) {
  Tracked& target = tracked.at(key);
  ++self.skipped_budget;
  schedule.finished(key);
  auto state = target.entry->state.get();
  state.over_budget = true;
  target.entry->state.put(state);
}

void Prober::Impl::obtain_token(Schedule::Key key) {
  Tracked& target = tracked.at(key);
  target.awaits_token = true;
  const auto asked_at = wall_now();
  const auto& provider = *target.entry->target->provider;
  tokens.get(provider, credentials[provider.name].service_account,
             [this, key, asked_at](const Result<Secret, TokenFailure>& token) {
               const auto found = tracked.find(key);
               if (found == tracked.end() || !found->second.awaits_token) return;  // forgotten
               found->second.awaits_token = false;
               const auto& what = found->second.choice.what;
               if (!token) return finish(key, failed_probe(what, asked_at, token.error()));
               Credentials secrets = credentials[what->provider->name];
               secrets.access_token = *token;
               launch(key, secrets);
             });
}

void Prober::Impl::launch(Schedule::Key key, const Credentials& secrets) {
  Tracked& target = tracked.at(key);
  auto call = make_call(*target.choice.what, secrets, wall_now());
  target.probe = std::make_unique<Probe>(target.choice.what, secrets, mono_now(), wall_now(),
                                         [this, key](ProbeResult r) { finish(key, std::move(r)); });
  target.call = http.start(std::move(call), *target.probe);
}

void Prober::Impl::finish(Schedule::Key key, ProbeResult result) {
  Tracked& target = tracked.at(key);
  ended.push_back(std::move(target.probe));
  result.target = target.entry->target;  // what ran may have been a cheaper check in its place
  vantage.judge(key, std::move(result),
                [this, key](ProbeResult judged) { conclude(key, std::move(judged)); });
}

// It is known whose fault it was; until then the target has kept its place.
void Prober::Impl::conclude(Schedule::Key key, ProbeResult result) {
  Tracked& target = tracked.at(key);
  schedule.finished(key);
  if (result.cancelled) {  // what was answered until then has its price all the same
    budget.settle(target.choice.grant, result, wall_now());
  } else {
    hold(key, result);
    settle(key, result);
    failover.note(result.target->name, wall_now(), vantage.down());
    options.on_result(result);
    follow_up(key, result);
  }
  pump_at(mono_now());  // in the next turn: a place is free, and `ended` can go
}

// Cost, budget, breaker and state of one result.
void Prober::Impl::settle(Schedule::Key key, ProbeResult& result) {
  Tracked& target = tracked.at(key);
  auto state = target.entry->state.get();
  if (generates(result.kind)) {
    target.price = price_of(*result.target, result.served_model, prices.get());
    set_price(state, target.price);
    if (!result.cost_usd && target.price && result.usage)
      result.cost_usd = cost_usd(*target.price, *result.usage);
  }
  if (!target.choice.for_budget()) budget.settle(target.choice.grant, result, wall_now());
  state.over_budget = false;
  mark(result, target.choice, target.breaker);
  const auto now = wall_now();
  record(state, result, now);
  if (target.extra && state.breaker.state == BreakerState::closed) ++state.confirmations;
  take(target.breaker, target.choice, result, state, mono_now());
  const auto next_full = target.breaker.next_full().value_or(mono_now());
  state.breaker = view(target.breaker, schedule.slot_from(key, next_full), mono_now(), now);
  target.entry->state.put(state);
  target.entry->history.put(remember(target.entry->history.get(), result, now));
}

// Waits as the provider told us to.
void Prober::Impl::hold(Schedule::Key key, const ProbeResult& result) {
  const std::chrono::duration<double> told(wait_seconds(result));
  if (told.count() > 0) schedule.hold(key, mono_now() + std::chrono::duration_cast<Nanos>(told));
}

// What the result makes us do before the next slot.
void Prober::Impl::follow_up(Schedule::Key key, const ProbeResult& result) {
  const Tracked& target = tracked.at(key);
  const auto now = mono_now();
  const auto delay = confirmation_delay(result, target.entry->state.get());
  if (delay) schedule.once(key, now + *delay);
  if (target.breaker.wants_full()) schedule.once(key, now);
}

void Prober::Impl::heartbeat() {
  observe(self.loop_lag, kLagBounds, to_seconds(loop.last_timer_lag()));
  publish();
  publish_providers();
  failover.note_time(wall_now(), vantage.down());
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

void Prober::Impl::publish_providers() {
  for (const auto& [provider, from, to] : budget.changes()) {
    log::warn("budget level changed", {{"provider", provider.empty() ? "all" : provider},
                                       {"from", to_string(from)},
                                       {"to", to_string(to)}});
  }
  auto next = std::make_shared<ProvidersState>();
  next->providers = polls.states();
  next->budgets = budget.view(wall_now());
  next->ledger = budget.ledger(wall_now());
  providers.set(std::move(next));
}

void Prober::Impl::publish_vantage() {
  vantage_state.set(std::make_shared<const VantageState>(vantage.state()));
}

Prober::Prober(Options options, Plan plan)
    : impl_(std::make_unique<Impl>(std::move(options), *plan.config)) {
  impl_->apply(plan);
}
Prober::~Prober() { impl_->http.cancel_all(); }

void Prober::apply(Plan plan) {
  auto done = std::make_shared<std::promise<void>>();
  auto applied = done->get_future();
  impl_->loop.post([impl = impl_.get(), plan = std::move(plan), done = std::move(done)] {
    impl->apply(plan);
    done->set_value();
  });
  applied.wait_for(kApplyPatience);
}

void Prober::set_credentials(CredentialsByProvider credentials) {
  impl_->loop.post([impl = impl_.get(), credentials = std::move(credentials)] {
    impl->set_credentials(credentials);
  });
}

void Prober::set_prices(std::shared_ptr<const PriceTable> prices) {
  impl_->loop.post([impl = impl_.get(), prices = std::move(prices)] { impl->set_prices(prices); });
}

void Prober::run() {
  impl_->heartbeat();
  impl_->loop.run();
  impl_->vantage.cancel_all();
  impl_->http.cancel_all();
  impl_->publish_providers();  // what was spent up to the end
}

void Prober::stop() { impl_->loop.stop(); }

std::shared_ptr<const Roster> Prober::roster() const { return impl_->roster.get(); }
ExporterState Prober::state() const { return impl_->published.get(); }
std::shared_ptr<const ProvidersState> Prober::providers() const { return impl_->providers.get(); }
std::shared_ptr<const FailoverState> Prober::failover() const { return impl_->failover.get(); }
std::shared_ptr<const VantageState> Prober::vantage() const { return impl_->vantage_state.get(); }

}  // namespace llm
