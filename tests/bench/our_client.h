// The exporter's own way of a streamed probe, as the probe thread goes it: request from the
// dialect, HttpClient on a Loop, Probe, record into a Slot. Only the schedule is the benchmark's.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "base/slot.h"
#include "bench/stream_client.h"
#include "config/secrets.h"
#include "engine/http_client.h"
#include "probe/probe.h"
#include "state/target_state.h"

namespace llm::bench {

// Passes everything on to the probe and notes two instants that its result does not carry.
class WatchedProbe final : public Exchange {
 public:
  WatchedProbe(std::shared_ptr<const Target> target, const Credentials& credentials,
               std::function<void(ProbeResult)> done)
      : probe_(std::move(target), credentials, mono_now(), wall_now(), std::move(done)) {}

  MonoTime ready() const { return ready_; }
  // When our loop read what had arrived at `arrival`.
  MonoTime read_at(MonoTime arrival) const {
    const auto off = [&](const Read& read) {
      return std::chrono::abs(Nanos(read.arrived - arrival));
    };
    return std::min_element(reads_.begin(), reads_.end(),
                            [&](const Read& a, const Read& b) { return off(a) < off(b); })
        ->read;
  }

  void on_ready(MonoTime at) noexcept override {
    ready_ = at;
    probe_.on_ready(at);
  }
  void on_status(int status) noexcept override { probe_.on_status(status); }
  void on_header(std::string_view name, std::string_view value) noexcept override {
    probe_.on_header(name, value);
  }
  bool on_body(std::string_view bytes, Arrival arrival) noexcept override {
    reads_.push_back({arrival.at, mono_now()});
    return probe_.on_body(bytes, arrival);
  }
  std::optional<MonoTime> deadline() const noexcept override { return probe_.deadline(); }
  void on_end(const TransportReport& report) noexcept override { probe_.on_end(report); }

 private:
  struct Read {
    MonoTime arrived, read;
  };
  Probe probe_;
  MonoTime ready_;
  std::vector<Read> reads_;
};

class OurClient final : public StreamClient {
 public:
  OurClient(std::vector<std::shared_ptr<const Target>> targets, Credentials credentials)
      : targets_(std::move(targets)),
        credentials_(std::move(credentials)),
        http_(loop_),
        probes_(targets_.size()),
        slots_(targets_.size()) {}
  ~OurClient() override {
    ended = [](std::size_t, bool) {};
    http_.cancel_all();
  }

  void start(std::size_t i) override {
    probes_[i] = std::make_unique<WatchedProbe>(
        targets_[i], credentials_, [this, i](const ProbeResult& result) { finish(i, result); });
    http_.start(make_call(*targets_[i], credentials_, WallTime{}), *probes_[i]);
  }
  void turn(std::chrono::milliseconds max_wait) override { loop_.turn(max_wait); }

  std::function<void(const ProbeResult&, const WatchedProbe&)> finished =
      [](const ProbeResult&, const WatchedProbe&) {};

 private:
  void finish(std::size_t i, const ProbeResult& result) {
    auto state = slots_[i].get();
    record(state, result, wall_now());
    slots_[i].put(state);
    if (result.cancelled) return;
    finished(result, *probes_[i]);
    ended(i, result.outcome == Outcome::ok && result.usage && result.usage->output == 10u);
  }

  std::vector<std::shared_ptr<const Target>> targets_;
  Credentials credentials_;
  Loop loop_;
  HttpClient http_;
  std::vector<std::unique_ptr<WatchedProbe>> probes_;
  std::deque<Slot<TargetState>> slots_;
};

}  // namespace llm::bench
