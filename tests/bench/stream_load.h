// The load of the stream benchmarks: every stream of a client is started at a random moment, and
// again a moment after it ended, so that about that many are open at any time and nothing is in
// step.
#pragma once

#include <functional>
#include <queue>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "bench/bench_setup.h"
#include "bench/measure.h"
#include "bench/stream_client.h"

namespace llm::bench {

struct Load {
  std::size_t streams = 100;
  std::chrono::milliseconds length{1000};  // about as long as one stream takes
  std::chrono::milliseconds warm_up{1500};
  std::chrono::milliseconds measured{5000};
};

struct LoadFigures {
  std::size_t probes = 0;
  std::size_t failed = 0;
  double cpu_us_per_probe = 0;
};

// Calls `warm` when the warm-up is over.
inline LoadFigures run(
    StreamClient& client, const Load& load, const std::function<void()>& warm = [] {}) {
  using Start = std::pair<MonoTime, std::size_t>;
  std::priority_queue<Start, std::vector<Start>, std::greater<>> starts;
  std::mt19937_64 random(7);
  const auto within = [&](std::chrono::milliseconds span) {
    return std::chrono::duration_cast<Nanos>(span * std::uniform_real_distribution<>(0, 1)(random));
  };
  for (std::size_t i = 0; i < load.streams; ++i) {
    starts.emplace(mono_now() + within(load.length), i);
  }
  LoadFigures figures;
  client.ended = [&](std::size_t stream, bool good) {
    ++(good ? figures.probes : figures.failed);
    starts.emplace(mono_now() + within(load.length / 10), stream);
  };
  const auto run_for = [&](std::chrono::milliseconds span) {
    const auto until = mono_now() + span;
    for (auto now = mono_now(); now < until; now = mono_now()) {
      while (!starts.empty() && starts.top().first <= now) {
        const auto stream = starts.top().second;
        starts.pop();
        client.start(stream);
      }
      const auto wake = starts.empty() ? until : std::min(until, starts.top().first);
      client.turn(std::chrono::ceil<std::chrono::milliseconds>(wake - now));
    }
  };
  run_for(load.length + load.warm_up);
  figures = {};
  warm();
  const double before = cpu_seconds();
  run_for(load.measured);
  figures.cpu_us_per_probe = (cpu_seconds() - before) * 1e6 /
                             static_cast<double>(std::max<std::size_t>(figures.probes, 1));
  return figures;
}

// CPU of a probe in microseconds, for clients that are compared.
inline double measure_cpu_us(StreamClient& client, const char* name, const Load& load) {
  const auto figures = run(client, load);
  progress("  {:<12} {:7.1f} us CPU a probe, {} probes, {} failed", name, figures.cpu_us_per_probe,
           figures.probes, figures.failed);
  if (figures.failed * 100 > figures.probes) throw Broken(std::string(name) + ": probes failed");
  return figures.cpu_us_per_probe;
}

}  // namespace llm::bench
