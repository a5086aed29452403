// CPU of a streamed probe on a fresh TLS connection: ours against a bare libcurl loop.
#include "bench/bare_libcurl_client.h"
#include "bench/our_client.h"
#include "bench/stream_load.h"
#include "bench/stream_targets.h"

namespace llm::bench {
namespace {

const FakeModel kModel{"paced", std::chrono::milliseconds(450), std::chrono::milliseconds(50)};
constexpr double kBar = 1.2;  // design §8
constexpr std::size_t kStreams = 100;

double measure(StreamClient& client, const char* name) {
  const auto figures = run(client, {.streams = kStreams,
                                    .length = kModel.length(),
                                    .warm_up = std::chrono::milliseconds(500),
                                    .measured = std::chrono::milliseconds(5000)});
  progress("  {:<12} {:7.1f} us CPU a probe, {} probes, {} failed", name, figures.cpu_us_per_probe,
           figures.probes, figures.failed);
  if (figures.failed * 100 > figures.probes) throw Broken(std::string(name) + ": probes failed");
  return figures.cpu_us_per_probe;
}

}  // namespace
}  // namespace llm::bench

int main(int argc, char** argv) {
  using namespace llm::bench;
  return bench_main(argc, argv, [](const Setup& setup) {
    const auto what = fmt::format("CPU a fresh TLS probe, {} streams", kStreams);
    progress("{}", what);
    pin(kClientCpu);
    const SimulatorProcess simulator(setup, {kModel}, 0, server_tls(setup));
    const auto targets = stream_targets(simulator, kModel, kStreams, llm::Connection::cold,
                                        setup.folder + "/cert.pem");
    BareLibcurlClient bare(bare_requests(targets), false, FakeModel::kTokens);
    const double libcurl = measure(bare, "bare libcurl");
    OurClient client(targets, fake_credentials());
    const double ours = measure(client, "ours");
    report_ratio(what, "us", ours, "bare libcurl", libcurl, kBar);
  });
}
