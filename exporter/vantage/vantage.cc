#include "vantage/vantage.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace llm {
namespace {

// Limits of text about all that fails, and of a result's message with it.
constexpr std::size_t kMaxComplaints = 512, kMaxMessage = 1024;
// An answer is not read but for its being there.
constexpr std::size_t kMaxAnswer = 64 << 10;
// Without canaries, "all providers" are three at least: the one that failed and two others. So many
// are asked at most: enough to tell, few enough to be polite.
constexpr std::size_t kOthersNeeded = 2, kMostOthers = 8;

}  // namespace

Vantage::Vantage(Loop& loop, HttpClient& http, Watch watch, std::function<void()> on_change)
    : loop_(loop), http_(http), watch_(watch), on_change_(std::move(on_change)) {}

Vantage::~Vantage() { loop_.cancel(timer_); }

void Vantage::apply(const Config& config) {
  std::vector<std::shared_ptr<const Provider>> others;
  if (config.canary.checks.empty()) others = config.providers;
  const auto equal = [](const auto& a, const auto& b) { return *a == *b; };
  if (config.canary == canary_ && std::ranges::equal(others, others_, equal)) return;
  while (!held_.empty()) settle({held_.begin()->first, false});
  canary_ = config.canary;
  others_ = std::move(others);
  begin();
}

void Vantage::begin() {
  const bool has_canaries = !canary_.checks.empty();
  asked_.clear();  // what runs is cancelled
  contacts_ = has_canaries ? canary_contacts(canary_) : provider_contacts(others_, canary_.timeout);
  asked_.resize(contacts_.size());
  std::vector<Witness> witnesses;
  for (const auto& contact : contacts_) witnesses.push_back(contact.witness);
  Inquiry::Rules rules{.timeout = canary_.timeout};
  if (!has_canaries) {
    rules.quorum = kOthersNeeded;
    rules.most = kMostOthers;
  } else if (watch_ == Watch::always) {
    rules.interval = canary_.interval;
  }
  inquiry_.begin(std::move(witnesses), rules, mono_now());
  outlook_ = {};
  note_change();
  loop_.cancel(timer_);
  timer_ = loop_.at(mono_now(), [this] { pump(); });  // not before the loop runs
}

void Vantage::judge(Key key, ProbeResult result, Done done) {
  if (result.cancelled) return done(std::move(result));
  auto place = place_of(result.target->provider->base_url);
  if (result.http_status) {
    outlook_.answered(place, result.started_at, inquiry_.witnesses());
    if (was_down_) note_change();
  }
  const auto step = lost_at(result);
  LostProbe probe{std::move(place), step.value_or(Step::resolve)};
  const auto now = mono_now();
  const std::chrono::duration<double> took(result.duration_seconds);
  const auto began = now - std::chrono::duration_cast<Nanos>(took);
  if (!step || !inquiry_.hold(key, probe, began, now)) return done(std::move(result));
  held_.emplace(key, Held{std::move(probe), std::move(result), std::move(done)});
  pump();
}

void Vantage::cancel(Key key) {
  inquiry_.withdraw(key);
  auto held = held_.extract(key);
  if (held.empty()) return;
  held.mapped().result.cancelled = true;
  held.mapped().done(std::move(held.mapped().result));
}

void Vantage::cancel_all() {
  while (!held_.empty()) cancel(held_.begin()->first);
}

// Asks and settles what is due and sleeps until there is more.
void Vantage::pump() {
  const auto due = inquiry_.due(mono_now());
  for (const auto i : due.ask) ask(i);
  for (const auto& verdict : due.verdicts) settle(verdict);
  loop_.cancel(timer_);
  if (const auto next = inquiry_.next())
    timer_ = loop_.at(std::max(*next, mono_now()), [this] { pump(); });
}

void Vantage::ask(std::size_t i) {
  asked_[i].running = std::make_unique<Fetch>(
      http_, contacts_[i].call, FetchLimits{.total = canary_.timeout, .max_bytes = kMaxAnswer},
      [this, i](const Fetched& answer) { hear(i, answer); });
}

void Vantage::hear(std::size_t i, const Fetched& answer) {
  if (answer.end == TransportEnd::cancelled) return;
  asked_[i].said = testimony_of(answer, canary_.timeout);
  asked_[i].said_at = wall_now();
  inquiry_.heard(i, *asked_[i].said, mono_now());
  outlook_.heard(i, *asked_[i].said, inquiry_.witnesses());
  if (!canary_.checks.empty()) weigh_canaries(contacts_[i].witness.place.side);
  note_change();
  pump();
}

void Vantage::weigh_canaries(Side side) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < contacts_.size(); ++i) {
    if (contacts_[i].witness.place.side == side) all.push_back(i);
  }
  const bool every_one_fails = std::ranges::all_of(
      all, [this](std::size_t i) { return asked_[i].said && asked_[i].said->lost_at; });
  outlook_.canaries(side, every_one_fails, "every canary fails: " + complaints(all), wall_now());
}

void Vantage::settle(const Inquiry::Verdict& verdict) {
  inquiry_.withdraw(verdict.key);
  auto node = held_.extract(verdict.key);
  if (node.empty()) return;
  auto& [probe, result, done] = node.mapped();
  if (verdict.ours) {
    const auto* const who = canary_.checks.empty() ? "no other provider can be reached either: "
                                                   : "canaries fail too: ";
    const auto why = who + complaints(witnesses_for(probe, inquiry_.witnesses()));
    outlook_.judged_ours(probe, why, wall_now());
    result.outcome = Outcome::local_network;
    if (!result.error) result.error.emplace();
    auto& message = result.error->message;
    message = clean_text(fmt::format("{}; {}", message, why), kMaxMessage);
    note_change();
  }
  done(std::move(result));
}

// Of those who fail, in one line.
std::string Vantage::complaints(std::span<const std::size_t> contacts) const {
  std::vector<std::string> all;
  for (const auto i : contacts) {
    const auto& said = asked_[i].said;
    if (said && said->lost_at) all.push_back(fmt::format("{} ({})", contacts_[i].name, said->why));
  }
  return clean_text(fmt::format("{}", fmt::join(all, ", ")), kMaxComplaints);
}

void Vantage::note_change() {
  const auto* down = outlook_.down();
  const bool is_down = down != nullptr;
  if (is_down && !was_down_) log::warn("our own network is down", {{"reason", down->why}});
  if (!is_down && was_down_) log::info("our own network is up again");
  was_down_ = is_down;
  on_change_();
}

VantageState Vantage::state() const {
  VantageState state;
  for (std::size_t i = 0; i < canary_.checks.size(); ++i) {
    const auto& [running, said, said_at] = asked_[i];
    auto& view = state.canaries.emplace_back();
    view.name = contacts_[i].name;
    if (!said) continue;
    view.ok = !said->lost_at;
    view.checked_at = said_at;
    view.error = said->why;
  }
  if (const auto* down = outlook_.down()) {
    state.down = true;
    state.since_unix_seconds = to_unix_seconds(down->since);
    state.why = down->why;
  }
  return state;
}

}  // namespace llm
