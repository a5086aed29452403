#include "schedule/polls.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "dialects/headers.h"
#include "engine/fetch.h"

namespace llm {

namespace {

// Status pages are read soon after the start, yet not all at once.
constexpr Nanos kSpread = std::chrono::seconds(5);
constexpr FetchLimits kStatusLimits{.total = std::chrono::seconds(30),
                                    .max_bytes = kMaxStatusBytes};
constexpr FetchLimits kAccountLimits{.total = std::chrono::seconds(30), .max_bytes = 8 << 20};
constexpr std::size_t kMaxError = 256;
constexpr int kNotModified = 304;

MonoTime first_time(const std::string& name, Millis interval) {
  return mono_now() + phase(name, std::min<Nanos>(kSpread, interval));
}

HttpCall polite_call(const Provider& provider, std::string url) {
  HttpCall call;
  call.url = std::move(url);
  call.accept_gzip = true;
  call.proxy_url = provider.proxy_url;
  call.ca_file = provider.tls.ca_file;
  return call;
}

// Text of theirs becomes labels: whatever looks like a key is hidden, ours or not.
void scrub(std::string& text, const std::vector<Secret>& secrets) { text = redact(text, secrets); }

void scrub(StatusReport& report, const std::vector<Secret>& secrets) {
  for (auto& component : report.components) scrub(component.name, secrets);
  scrub(report.indicator, secrets);
  scrub(report.incident, secrets);
}

void scrub(AccountReport& report, const std::vector<Secret>& secrets) {
  for (auto& balance : report.balances) scrub(balance.currency, secrets);
  for (auto& tokens : report.tokens) scrub(tokens.model, secrets);
}

// Logged when it changes, not at every attempt.
template <class Report>
void note_failure(Polled<Report>& polled, std::string error, const char* what,
                  const std::string& provider) {
  if (polled.readable || polled.error != error)
    log::warn(what, {{"provider", provider}, {"reason", error}});
  polled.readable = false;
  polled.error = std::move(error);
}

template <class Report>
void note_success(Polled<Report>& polled) {
  polled.read_at = wall_now();
  polled.readable = true;
  polled.error.clear();
}

}  // namespace

class Polls::StatusPoll {
 public:
  StatusPoll(Context& context, std::shared_ptr<const Provider> provider)
      : context_(context), provider_(std::move(provider)) {
    timer_ = context_.loop.at(first_time(provider_->name, page().interval), [this] { start(); });
  }
  ~StatusPoll() { context_.loop.cancel(timer_); }

  const Polled<StatusReport>& state() const { return state_; }

 private:
  const StatusPage& page() const { return provider_->status_page; }

  void start() {
    HttpCall call = polite_call(*provider_, page().url);
    call.headers.emplace_back("Accept", Secret("application/json, */*;q=0.5"));
    if (!etag_.empty()) call.headers.emplace_back("If-None-Match", Secret(etag_));
    if (!modified_.empty()) call.headers.emplace_back("If-Modified-Since", Secret(modified_));
    fetch_ = std::make_unique<Fetch>(context_.http, std::move(call), kStatusLimits,
                                     [this](const Fetched& answer) { finish(answer); });
    timer_ = context_.loop.at(mono_now() + page().interval, [this] { start(); });
  }

  void finish(const Fetched& answer) {
    if (answer.end == TransportEnd::cancelled) return;
    if (auto error = read(answer); error.empty()) {
      note_success(state_);
    } else {
      note_failure(state_, clean_text(error, kMaxError), "status page unreadable", provider_->name);
    }
    context_.on_change();
  }

  // Why it cannot be read, or empty.
  std::string read(const Fetched& answer) {
    if (answer.end != TransportEnd::complete) return answer.detail;
    if (answer.status == kNotModified && state_.read_at) return {};
    if (answer.status != 200) return fmt::format("HTTP {}", answer.status);
    auto report = read_status_page(page().system, answer.body, page().components, wall_now());
    if (!report) return report.error();
    state_.report = std::move(*report);
    scrub(state_.report, context_.credentials[provider_->name].all());
    etag_ = find_header(answer.headers, "etag").value_or("");
    modified_ = find_header(answer.headers, "last-modified").value_or("");
    return {};
  }

  Context& context_;
  std::shared_ptr<const Provider> provider_;
  Loop::TimerId timer_ = 0;
  std::unique_ptr<Fetch> fetch_;
  std::string etag_, modified_;
  Polled<StatusReport> state_;
};

class Polls::AccountPoll {
 public:
  AccountPoll(Context& context, std::shared_ptr<const Provider> provider)
      : context_(context), provider_(std::move(provider)) {
    const auto first = first_time(provider_->name, provider_->account.interval);
    timer_ = context_.loop.at(first, [this] { start(); });
  }
  ~AccountPoll() { context_.loop.cancel(timer_); }

  const Polled<AccountReport>& state() const { return state_; }

 private:
  void start() {
    timer_ = context_.loop.at(mono_now() + provider_->account.interval, [this] { start(); });
    secrets_ = context_.credentials[provider_->name].all();
    reader_ = read_account(*provider_, context_.credentials[provider_->name], wall_now());
    if (reader_) ask();
  }

  void ask() {
    auto request = reader_->next();
    if (!request) return finish();
    HttpCall call = polite_call(*provider_, std::move(request->url));
    call.method = std::move(request->method);
    call.headers = std::move(request->headers);
    call.body = std::move(request->body);
    fetch_ = std::make_unique<Fetch>(context_.http, std::move(call), kAccountLimits,
                                     [this](const Fetched& answer) { hear(answer); });
  }

  void hear(const Fetched& answer) {
    if (answer.end == TransportEnd::cancelled) return;
    const bool whole = answer.end == TransportEnd::complete;
    reader_->answer(whole ? answer.status : 0, whole ? answer.body : answer.detail);
    ask();
  }

  void finish() {
    const auto& error = reader_->error();
    const bool learned = reader_->report() != AccountReport{};
    if (learned || !error) {
      state_.report = reader_->report();
      scrub(state_.report, secrets_);
      state_.read_at = wall_now();
    }
    if (error) return fail(error->message.empty() ? error->type : error->message);
    note_success(state_);
    context_.on_change();
  }

  void fail(const std::string& why) {
    note_failure(state_, clean_text(redact(why, secrets_), kMaxError), "account unreadable",
                 provider_->name);
    context_.on_change();
  }

  Context& context_;
  std::shared_ptr<const Provider> provider_;
  Loop::TimerId timer_ = 0;
  std::unique_ptr<AccountReader> reader_;
  std::unique_ptr<Fetch> fetch_;
  std::vector<Secret> secrets_;
  Polled<AccountReport> state_;
};

struct Polls::Entry {
  std::shared_ptr<const Provider> provider;
  std::unique_ptr<StatusPoll> status;
  std::unique_ptr<AccountPoll> account;
};

Polls::Polls(Loop& loop, HttpClient& http, std::function<void()> on_change)
    : context_{loop, http, std::move(on_change), {}} {}
Polls::~Polls() = default;

void Polls::apply(const Config& config, const Shard& shard, CredentialsByProvider credentials) {
  context_.credentials = std::move(credentials);
  auto before = std::exchange(entries_, {});
  for (const auto& provider : config.providers) {
    const bool status = provider->status_page.system != StatusSystem::none;
    const bool account = provider->account.api != AccountApi::none && shard.owns(provider->name);
    if (!status && !account) continue;
    const auto same = std::ranges::find_if(
        before, [&](const auto& entry) { return entry && *entry->provider == *provider; });
    if (same != before.end()) {
      entries_.push_back(std::move(*same));
      continue;
    }
    auto entry = std::make_unique<Entry>();
    entry->provider = provider;
    if (status) entry->status = std::make_unique<StatusPoll>(context_, provider);
    if (account) entry->account = std::make_unique<AccountPoll>(context_, provider);
    entries_.push_back(std::move(entry));
  }
  context_.on_change();
}

void Polls::set_credentials(CredentialsByProvider credentials) {
  context_.credentials = std::move(credentials);
}

std::vector<ProviderState> Polls::states() const {
  std::vector<ProviderState> states;
  for (const auto& entry : entries_) {
    ProviderState state{entry->provider, std::nullopt, std::nullopt};
    if (entry->status) state.status = entry->status->state();
    if (entry->account) state.account = entry->account->state();
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace llm
