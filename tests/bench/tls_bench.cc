// CPU of a streamed probe on a fresh TLS connection: ours against a bare libcurl loop.
#include "bench/bare_libcurl_client.h"
#include "bench/our_client.h"
#include "bench/stream_load.h"
#include "bench/stream_targets.h"

namespace llm::bench {
namespace {

const FakeModel kModel{"paced", std::chrono::milliseconds(450), std::chrono::milliseconds(50)};
constexpr double kBar = 1.2;  // design §8
const Load kLoad{.streams = 100,
                 .length = kModel.length(),
                 .warm_up = std::chrono::milliseconds(500),
                 .measured = std::chrono::milliseconds(5000)};

}  // namespace
}  // namespace llm::bench

int main(int argc, char** argv) {
  using namespace llm::bench;
  return bench_main(argc, argv, [](const Setup& setup) {
    const auto what = fmt::format("CPU a fresh TLS probe, {} streams", kLoad.streams);
    progress("{}", what);
    pin(kClientCpu);
    const SimulatorProcess simulator(setup, {kModel}, 0, server_tls(setup));
    const auto targets = stream_targets(simulator, kModel, kLoad.streams, llm::Connection::cold,
                                        setup.folder + "/cert.pem");
    BareLibcurlClient bare(bare_requests(targets), false, FakeModel::kTokens);
    const double libcurl = measure_cpu_us(bare, "bare libcurl", kLoad);
    OurClient client(targets, fake_credentials());
    const double ours = measure_cpu_us(client, "ours", kLoad);
    report_ratio(what, "us", ours, "bare libcurl", libcurl, kBar);
  });
}
