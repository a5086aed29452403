// Thousands of targets: memory, CPU and punctuality of the real binary over one whole round of
// 60 s, then what its /metrics costs; and how long it takes to start.
#include <poll.h>
#include <prometheus/text_serializer.h>

#include <sstream>

#include "bench/exporter_process.h"
#include "bench/simulator_process.h"
#include "bench/text_families.h"

namespace llm::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kTargetsPerProvider = 100;
constexpr auto kInterval = 60s;
constexpr int kScrapes = 5;
constexpr double kMega = 1e6;

// Bars of design §8.
constexpr double kBarHttpPercent = 15, kBarTlsPercent = 30;
constexpr double kBarHttpMb = 200, kBarTlsMb = 450;
constexpr double kBarScheduleMs = 5, kBarScrapeMs = 40, kBarStartMs = 1000;

const FakeModel kModel{"paced", std::chrono::milliseconds(450), std::chrono::milliseconds(50)};

template <class BaseUrl>
std::string config(int targets, const std::string& tls, BaseUrl&& base_url) {
  std::string yaml = fmt::format("global: {{interval: {}s}}\nproviders:\n", kInterval.count());
  std::string models;
  for (int i = 0; i < kTargetsPerProvider; ++i) models += fmt::format("m{},", i);
  for (int i = 0; i < targets / kTargetsPerProvider; ++i) {
    yaml += fmt::format(
        "  - {{name: provider-{}, type: vllm, base_url: \"{}\"{}, probes: [{{models: [{}]}}]}}\n",
        i, base_url(i), tls, models);
  }
  return yaml;
}

// ---- start

void measure_start(const Setup& setup, int targets) {
  progress("start with {} targets", targets);
  std::vector<double> times_ms;
  for (int i = 0; i < 3; ++i) {
    const ListenSocket provider;
    const auto yaml = config(
        targets, "", [&](int) { return fmt::format("http://127.0.0.1:{}/v1", provider.port()); });
    pollfd first{provider.fd(), POLLIN, 0};
    const auto before = mono_now();
    const ExporterProcess exporter(setup, "start", yaml);
    if (poll(&first, 1, 30'000) != 1) throw Broken("no probe within 30 s of the start");
    times_ms.push_back(to_seconds(mono_now() - before) * 1e3);
  }
  report_figure(fmt::format("start to first probe, {} targets", targets), percentile(times_ms, .5),
                "ms", kBarStartMs, 0);
}

// ---- one round

struct Fleet {
  std::string name;
  int targets;
  bool tls;
  int cpu;
};
// The one that is measured for punctuality has a core to itself.
const Fleet kFleets[] = {{"http-200", 200, false, kServerCpu},
                         {"http-2000", 2'000, false, kServerCpu},
                         {"http-10000", 10'000, false, kClientCpu},
                         {"tls-10000", 10'000, true, kServerCpu}};

struct Running {
  const Fleet& fleet;
  ExporterProcess exporter;
  double cpu_before = 0;
  double cpu_share = 0;  // of one core, over the round
  double resident = 0;   // bytes, after the round and before any scrape
  bool http() const { return !fleet.tls; }
};

Running launch(const Setup& setup, const Fleet& fleet, const SimulatorProcess& simulator) {
  const auto tls =
      fleet.tls ? fmt::format(", tls: {{ca_file: {}}}", server_tls(setup).cert_file) : "";
  const auto yaml = config(fleet.targets, tls,
                           [&](int i) { return simulator.base_url(static_cast<std::size_t>(i)); });
  return {fleet, ExporterProcess(setup, fleet.name, yaml, fleet.cpu)};
}

void run_round(std::vector<Running>& all) {
  for (auto& one : all) one.exporter.wait();
  std::this_thread::sleep_for(1s);
  progress("one round of {} s", kInterval.count());
  for (auto& one : all) one.cpu_before = cpu_seconds(one.exporter.pid());
  std::this_thread::sleep_for(kInterval + 2s);
  for (auto& one : all) {
    one.cpu_share = (cpu_seconds(one.exporter.pid()) - one.cpu_before) / to_seconds(kInterval + 2s);
    one.resident = resident_bytes(one.exporter.pid());
  }
}

void report_round(const Running& one) {
  const auto name =
      fmt::format("{} targets at 60 s, {}", one.fleet.targets, one.http() ? "HTTP" : "fresh TLS");
  const bool full = one.fleet.targets == 10'000;
  const auto bar = [&](double http, double tls) {
    return full ? std::optional(one.http() ? http : tls) : std::nullopt;
  };
  report_figure("resident a target, " + name,
                one.resident / 1e3 / static_cast<double>(one.fleet.targets), "kB", std::nullopt);
  report_figure("resident in total, " + name, one.resident / kMega, "MB",
                bar(kBarHttpMb, kBarTlsMb));
  report_figure("CPU of one core, " + name, one.cpu_share * 100, "%",
                bar(kBarHttpPercent, kBarTlsPercent));
}

// ---- punctuality

// Cumulative counts of the histogram of start lags, by bucket boundary in seconds.
std::vector<std::pair<double, double>> start_lag(std::string_view text) {
  constexpr std::string_view kBucket = "\nllm_exporter_probe_start_lag_seconds_bucket{le=\"";
  std::vector<std::pair<double, double>> buckets;
  for (auto at = text.find(kBucket); at != text.npos; at = text.find(kBucket, at + 1)) {
    const auto line = text.substr(at + kBucket.size(), 64);
    buckets.emplace_back(std::strtod(line.data(), nullptr),
                         std::strtod(line.data() + line.find("} ") + 2, nullptr));
  }
  if (buckets.empty()) throw Broken("no histogram of start lags in /metrics");
  return buckets;
}

// The bucket boundary that 99 % of the starts between two scrapes were under, in milliseconds.
void report_start_lag(const std::string& what, std::string_view before, std::string_view after) {
  auto lags = start_lag(after);
  if (!before.empty()) {
    const auto earlier = start_lag(before);
    for (std::size_t i = 0; i < lags.size(); ++i) lags[i].second -= earlier[i].second;
  }
  const double wanted = std::ceil(.99 * lags.back().second);
  const auto bucket =
      std::find_if(lags.begin(), lags.end(), [&](const auto& lag) { return lag.second >= wanted; });
  report({.what = fmt::format("{}, p99 of {:.0f} starts", what, lags.back().second),
          .measured = fmt::format("<= {:g} ms", bucket->first * 1e3),
          .bar = fmt::format("<= {:g} ms", kBarScheduleMs),
          .met = bucket->first * 1e3 <= kBarScheduleMs});
}

void scrape_without_pause(const ExporterProcess& exporter, std::chrono::seconds span) {
  HttpGet get;
  for (const auto until = mono_now() + span; mono_now() < until;) get(exporter.metrics_url());
}

// ---- /metrics

struct ScrapeCost {
  double cpu_ms = 0;
  std::string body;
};

// CPU of a scrape without what probing costs meanwhile.
ScrapeCost measure_scrapes(const Running& one, bool gzip) {
  HttpGet get;
  if (gzip) get.add_header("Accept-Encoding: gzip");
  ScrapeCost cost;
  cost.body = get(one.exporter.metrics_url());  // pages and buffers are there from now on
  const double before = cpu_seconds(one.exporter.pid());
  const auto start = mono_now();
  for (int i = 0; i < kScrapes; ++i) cost.body = get(one.exporter.metrics_url());
  const double probing = one.cpu_share * to_seconds(mono_now() - start);
  cost.cpu_ms = (cpu_seconds(one.exporter.pid()) - before - probing) * 1e3 / kScrapes;
  return cost;
}

double serializer_cpu_ms(const std::string& text) {
  const auto families = read_families(text);
  const prometheus::TextSerializer serializer;
  std::vector<double> times;
  for (int i = 0; i < 3; ++i) {
    const double before = cpu_seconds();
    std::ostringstream out;
    serializer.Serialize(out, families);
    const auto body = out.str();
    times.push_back((cpu_seconds() - before) * 1e3);
  }
  return percentile(times, .5);
}

void report_scrapes(const Running& one) {
  progress("scrapes of {}", one.fleet.name);
  const auto plain = measure_scrapes(one, false);
  const auto gzip = measure_scrapes(one, true);
  std::size_t series = 0;
  for (std::size_t at = 0; (at = plain.body.find('\n', at)) != plain.body.npos;) {
    series += ++at < plain.body.size() && plain.body[at] != '#';
  }
  const auto bar = one.fleet.targets == 2'000 ? std::optional(kBarScrapeMs) : std::nullopt;
  const auto what = fmt::format("CPU a scrape, {} targets, {} series", one.fleet.targets, series);
  report_figure(fmt::format("{}, plain, {:.1f} MB", what, plain.body.size() / kMega), plain.cpu_ms,
                "ms", bar);
  report_figure(fmt::format("{}, gzip, {:.1f} MB", what, gzip.body.size() / kMega), gzip.cpu_ms,
                "ms", std::nullopt);
  // At 10,000 targets prometheus-cpp's families alone would take more than a gigabyte.
  if (one.fleet.targets > 2'000) return;
  report_ratio(what, "ms", plain.cpu_ms, "TextSerializer", serializer_cpu_ms(plain.body),
               std::nullopt);
}

void check_probes(const Running& one, std::string_view text) {
  const double good = sum_of(text, "llm_probe_successes_total");
  progress("  {}: {} good probes, {} others", one.fleet.name, good,
           sum_of(text, "llm_probe_errors_total"));
  if (good < one.fleet.targets) throw Broken(one.fleet.name + ": probes failed");
}

void measure_fleets(const Setup& setup) {
  progress("memory, CPU and punctuality at 200, 2,000 and 10,000 targets");
  const SimulatorProcess http(setup, {kModel}, kTargetsPerProvider);
  const SimulatorProcess tls(setup, {kModel}, kTargetsPerProvider, server_tls(setup));
  std::vector<Running> all;
  all.reserve(std::size(kFleets));
  for (const auto& fleet : kFleets) all.push_back(launch(setup, fleet, fleet.tls ? tls : http));
  run_round(all);
  for (const auto& one : all) report_round(one);
  for (const auto& one : all) {
    const auto text = one.exporter.scrape();
    check_probes(one, text);
    if (one.fleet.cpu != kClientCpu) continue;
    report_start_lag("schedule error, 10000 targets, HTTP", "", text);
    scrape_without_pause(one.exporter, 5s);
    report_start_lag("schedule error while scraped without pause", text, one.exporter.scrape());
  }
  for (const auto& one : all) {
    if (one.http()) report_scrapes(one);
  }
}

}  // namespace
}  // namespace llm::bench

int main(int argc, char** argv) {
  using namespace llm::bench;
  return bench_main(argc, argv, [](const Setup& setup) {
    pin(kServerCpu);
    measure_start(setup, 10'000);
    measure_fleets(setup);
  });
}
