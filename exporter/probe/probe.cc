#include "probe/probe.h"

#include <utility>

#include "dialects/headers.h"
#include "probe/answer.h"
#include "probe/conclude.h"

namespace llm {

namespace {

// How long we read on where nothing more is owed to us: for the end of an answer whose connection
// is to be used again, and for the terminator that vLLM sends after an error.
constexpr std::chrono::seconds kGrace{1};

Ended ended(TransportEnd end, Ended due) {
  switch (end) {
    case TransportEnd::complete:
      return Ended::complete;
    case TransportEnd::cut:
      return Ended::cut;
    case TransportEnd::dns_failed:
    case TransportEnd::connect_deadline_dns:
      return Ended::dns;
    case TransportEnd::connect_failed:
    case TransportEnd::connect_deadline_connect:
      return Ended::connect;
    case TransportEnd::tls_failed:
    case TransportEnd::connect_deadline_tls:
      return Ended::tls;
    case TransportEnd::deadline:
      return due;
    case TransportEnd::stopped:
      return Ended::stopped;
    case TransportEnd::limit:
      return Ended::limit;
    case TransportEnd::internal:
      return Ended::internal;
    case TransportEnd::cancelled:
      return Ended::cancelled;
  }
  return Ended::internal;
}

}  // namespace

struct Probe::State {
  // The next deadline, and what it means when it passes.
  struct Due {
    MonoTime at;
    Ended means;
    void or_earlier(MonoTime other, Ended other_means) {
      if (other < at) *this = {other, other_means};
    }
  };
  Due due() const;
  void begin_answer();

  std::shared_ptr<const Target> target;
  std::vector<Secret> secrets;
  MonoTime started;
  WallTime started_at;
  std::function<void(ProbeResult)> done;

  std::optional<MonoTime> ready;
  int status = 0;
  HeaderList headers;
  bool begun = false;  // the head of the answer is complete
  Answer answer;
};

Probe::State::Due Probe::State::due() const {
  const auto& timeout = target->timeout;
  const auto& at = answer.at();
  Due due{started + timeout.total, Ended::total_deadline};
  if (!streams(target->kind) || !ready) return due;
  if (at.terminated) {
    due.or_earlier(*at.terminated + kGrace, Ended::stopped);
  } else if (at.error) {
    due.or_earlier(*at.error + kGrace, Ended::stopped);
  } else if (at.first_token || answer.said().finished) {
    due.or_earlier(*at.last_byte + timeout.idle, Ended::idle_deadline);
  } else {
    due.or_earlier(*ready + timeout.first_token, Ended::first_token_deadline);
  }
  return due;
}

void Probe::State::begin_answer() {
  if (begun) return;
  begun = true;
  answer.begin(status, find_header(headers, "content-type").value_or(""));
}

Probe::Probe(std::shared_ptr<const Target> target, const Credentials& credentials, MonoTime now,
             WallTime wall, std::function<void(ProbeResult)> done) {
  const Target& t = *target;
  state_ = std::make_unique<State>(State{.target = std::move(target),
                                         .secrets = credentials.all(),
                                         .started = now,
                                         .started_at = wall,
                                         .done = std::move(done),
                                         .ready = {},
                                         .headers = {},
                                         .answer = Answer(t, find_dialect(t.provider->dialect))});
}

Probe::~Probe() = default;

void Probe::on_ready(MonoTime at) noexcept { state_->ready = at; }

void Probe::on_status(int status) noexcept {
  state_->status = status;
  state_->headers.clear();
}

void Probe::on_header(std::string_view name, std::string_view value) noexcept {
  state_->headers.emplace_back(name, value);
}

bool Probe::on_body(std::string_view bytes, Arrival arrival) noexcept {
  state_->begin_answer();
  return state_->answer.feed(bytes, arrival);
}

std::optional<MonoTime> Probe::deadline() const noexcept { return state_->due().at; }

void Probe::on_end(const TransportReport& report) noexcept {
  auto& s = *state_;
  const auto how = ended(report.end, s.due().means);
  if (s.status != 0) s.begin_answer();
  s.answer.finish(how == Ended::complete);
  const auto done = std::move(s.done);
  done(conclude({.target = s.target,
                 .secrets = s.secrets,
                 .started_at = s.started_at,
                 .report = report,
                 .ended = how,
                 .status = s.status,
                 .headers = s.headers,
                 .ready = s.ready,
                 .answer = s.answer}));
}

}  // namespace llm
