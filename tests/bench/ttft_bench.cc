// How far the measured time to first token is from the truth: the instant at which the probe says
// the first token arrived, minus the simulator's clock just before it wrote that token.
#include "bench/our_client.h"
#include "bench/stream_load.h"
#include "bench/stream_targets.h"

namespace llm::bench {
namespace {

using std::chrono::milliseconds;

constexpr double kBarUs = 100;  // p99, design §8

// The more streams, the longer each: one core of a small machine has to serve them all.
const FakeModel kShort{"short", milliseconds(40), milliseconds(5)};
const FakeModel kPaced{"paced", milliseconds(450), milliseconds(50)};
const FakeModel kSlow{"slow", milliseconds(2000), milliseconds(250)};

struct Round {
  const FakeModel& model;
  std::size_t streams;
  std::optional<double> bar;  // design §8 names no bar for a single stream
};
const Round kRounds[] = {{kShort, 1, std::nullopt},
                         {kPaced, 100, kBarUs},
                         {kPaced, 1'000, kBarUs},
                         {kSlow, 5'000, kBarUs}};

struct FirstTokenSeen {
  std::string request_id;
  std::int64_t arrived_ns, read_ns;  // CLOCK_REALTIME
  bool kernel;
};

// One pair of clock reads carries an instant from one clock to the other.
std::int64_t to_realtime_ns(MonoTime at) {
  const auto mono = mono_now();
  return realtime_ns() - Nanos(mono - at).count();
}

std::vector<FirstTokenSeen> probe(const SimulatorProcess& simulator, const Round& round) {
  const auto targets = stream_targets(simulator, round.model, round.streams, Connection::cold);
  OurClient client(targets, fake_credentials());
  std::vector<FirstTokenSeen> seen;
  client.finished = [&](const ProbeResult& result, const WatchedProbe& watched) {
    if (!result.ttft_seconds) return;
    const auto ttft = std::chrono::duration<double>(*result.ttft_seconds);
    const auto arrived = watched.ready() + std::chrono::duration_cast<Nanos>(ttft);
    seen.push_back({result.request_id, to_realtime_ns(arrived),
                    to_realtime_ns(watched.read_at(arrived)), result.ttft_from_kernel});
  };
  const auto figures = run(
      client,
      {.streams = round.streams, .length = round.model.length(), .measured = milliseconds(4000)},
      [&] { seen.clear(); });
  if (figures.failed * 100 > figures.probes) throw Broken("probes failed");
  return seen;
}

void measure(const SimulatorProcess& simulator, const Round& round, bool busy) {
  const auto what = fmt::format("TTFT error, {} stream{}{}", round.streams,
                                round.streams == 1 ? "" : "s", busy ? ", other core busy" : "");
  progress("{}", what);
  const auto seen = [&] {
    std::optional<Spinner> spinner;
    if (busy) spinner.emplace(kServerCpu);
    return probe(simulator, round);
  }();
  const auto truth = simulator.first_tokens(seen.size() + 3 * round.streams);
  if (seen.empty()) throw Broken("no probe saw a token");
  std::vector<double> errors_us, loop_errors_us;
  std::size_t kernel = 0;
  for (const auto& token : seen) {
    const auto sent = truth.find(token.request_id);
    if (sent == truth.end()) throw Broken("the simulator knows nothing of " + token.request_id);
    errors_us.push_back(static_cast<double>(token.arrived_ns - sent->second) / 1e3);
    loop_errors_us.push_back(static_cast<double>(token.read_ns - sent->second) / 1e3);
    kernel += token.kernel;
  }
  const double p99 = percentile(errors_us, .99);
  progress("  {} probes, {} with kernel stamps; by the loop's clock p50 {:.0f} us, p99 {:.0f} us",
           seen.size(), kernel, percentile(loop_errors_us, .5), percentile(loop_errors_us, .99));
  report({.what = what,
          .measured = fmt::format("p50 {:.0f} us, p99 {:.0f} us", percentile(errors_us, .5), p99),
          .peer = fmt::format("loop's clock p99 {:.0f} us", percentile(loop_errors_us, .99)),
          .ratio = fmt::format("{:.2f}", p99 / percentile(loop_errors_us, .99)),
          .bar = round.bar ? fmt::format("p99 <= {:.0f} us", *round.bar) : "-",
          .met = round.bar ? std::optional(p99 <= *round.bar) : std::nullopt});
}

}  // namespace
}  // namespace llm::bench

int main(int argc, char** argv) {
  using namespace llm::bench;
  return bench_main(argc, argv, [](const Setup& setup) {
    pin(kClientCpu);
    const SimulatorProcess simulator(setup, {kShort, kPaced, kSlow});
    for (const bool busy : {false, true}) {
      for (const auto& round : kRounds) measure(simulator, round, busy);
    }
  });
}
