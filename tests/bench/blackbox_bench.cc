// CPU of one cheap probe: ours against Debian's blackbox_exporter. Both ask the same URL of the
// same server, as often, on a cold connection each time, one after the other on the same core.
#include "bench/exporter_process.h"
#include "bench/simulator_process.h"

namespace llm::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kTargets = 200;  // each once a second
constexpr auto kWarmUp = 3s;
constexpr auto kMeasured = 8s;
constexpr double kBar = 0.2;  // design §8

const FakeModel kModel{"any", std::chrono::milliseconds(10), std::chrono::milliseconds(10)};

std::string our_config(const SimulatorProcess& simulator) {
  std::string yaml = "providers:\n";
  for (int i = 0; i < kTargets; ++i) {
    yaml += fmt::format(
        "  - {{name: p{}, type: vllm, base_url: \"{}\", probes: [{{kind: models, interval: "
        "1s}}]}}\n",
        i, simulator.base_url(0));
  }
  return yaml;
}

double our_cpu_us(const Setup& setup, const SimulatorProcess& simulator) {
  const ExporterProcess exporter(setup, "models", our_config(simulator));
  exporter.wait();
  std::this_thread::sleep_for(kWarmUp);
  const double good_before = sum_of(exporter.scrape(), "llm_probe_successes_total");
  const double before = cpu_seconds(exporter.pid());
  std::this_thread::sleep_for(kMeasured);
  const double spent = cpu_seconds(exporter.pid()) - before;
  const double good = sum_of(exporter.scrape(), "llm_probe_successes_total") - good_before;
  const double expected = kTargets * to_seconds(kMeasured);
  progress("  ours: {} good probes of {}", good, expected);
  if (good < 0.95 * expected) throw Broken("our probes failed");
  return spent * 1e6 / good;
}

const char* const kBlackboxConfig =
    "modules:\n"
    "  bench:\n"
    "    prober: http\n"
    "    timeout: 5s\n"
    "    http: {preferred_ip_protocol: ip4}\n";

// Asks `blackbox` for probes at our rate; returns how many of them were good.
int drive(HttpGet& get, const std::string& probe_url, std::chrono::seconds span) {
  int good = 0;
  auto next = mono_now();
  for (const auto until = next + span; next < until; next += Nanos(1s) / kTargets) {
    std::this_thread::sleep_until(next);
    good += get(probe_url).find("\nprobe_success 1\n") != std::string::npos;
  }
  return good;
}

double blackbox_cpu_us(const Setup& setup, const SimulatorProcess& simulator) {
  const int port = free_port();
  const auto log = setup.folder + "/blackbox.log";
  const Child blackbox(
      {"prometheus-blackbox-exporter",
       "--config.file=" + setup.write("blackbox.yml", kBlackboxConfig),
       fmt::format("--web.listen-address=127.0.0.1:{}", port), "--log.level=error"},
      kClientCpu, log);
  wait_for_port(blackbox, port, log);
  const auto url = fmt::format("http://127.0.0.1:{}/probe?module=bench&target={}/models", port,
                               simulator.base_url(0));
  HttpGet get;
  drive(get, url, kWarmUp);
  const double before = cpu_seconds(blackbox.pid());
  const int good = drive(get, url, kMeasured);
  const double spent = cpu_seconds(blackbox.pid()) - before;
  progress("  blackbox_exporter: {} good probes of {}", good, kTargets * kMeasured.count());
  if (good < 0.95 * kTargets * static_cast<double>(kMeasured.count())) {
    throw Broken("blackbox_exporter's probes failed");
  }
  return spent * 1e6 / good;
}

}  // namespace
}  // namespace llm::bench

int main(int argc, char** argv) {
  using namespace llm::bench;
  return bench_main(argc, argv, [](const Setup& setup) {
    const auto what = std::string("CPU a probe, small JSON answer, plain HTTP, cold connection");
    progress("{}", what);
    pin(kServerCpu);  // the driver; the exporters under test have the other core
    const SimulatorProcess simulator(setup, {kModel});
    const double ours = our_cpu_us(setup, simulator);
    const double blackbox = blackbox_cpu_us(setup, simulator);
    report_ratio(what, "us", ours, "blackbox_exporter", blackbox, kBar);
  });
}
