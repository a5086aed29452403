// CPU of a streamed probe of 10 events: our whole way against a bare libcurl loop and a bare epoll
// client, on the same server, with the same bytes.
#include "bench/bare_epoll_client.h"
#include "bench/bare_libcurl_client.h"
#include "bench/our_client.h"
#include "bench/stream_load.h"
#include "bench/stream_targets.h"

namespace llm::bench {
namespace {

const FakeModel kModel{"paced", std::chrono::milliseconds(450), std::chrono::milliseconds(50)};
constexpr double kBarLibcurl = 1.3, kBarEpoll = 2.5;  // design §8

void compare(const SimulatorProcess& simulator, std::size_t streams, Connection connection) {
  const bool reuse = connection == Connection::reuse;
  const auto what = fmt::format("CPU a streamed probe, {} streams, {}", streams,
                                reuse ? "kept connections" : "cold connections");
  progress("{}", what);
  const auto targets = stream_targets(simulator, kModel, streams, connection);
  const auto requests = bare_requests(targets);
  const Load load{.streams = streams,
                  .length = kModel.length(),
                  .warm_up = std::chrono::milliseconds(500),
                  .measured = std::chrono::milliseconds(4000)};
  const auto with = [&](auto&& client, const char* name) {
    return measure_cpu_us(client, name, load);
  };
  const double epoll = with(BareEpollClient(requests, reuse, FakeModel::kTokens), "bare epoll");
  const double libcurl =
      with(BareLibcurlClient(requests, reuse, FakeModel::kTokens), "bare libcurl");
  const double ours = with(OurClient(targets, fake_credentials()), "ours");
  report_ratio(what, "us", ours, "bare libcurl", libcurl, kBarLibcurl);
  report_ratio(what, "us", ours, "bare epoll", epoll, kBarEpoll);
}

}  // namespace
}  // namespace llm::bench

int main(int argc, char** argv) {
  using namespace llm::bench;
  return bench_main(argc, argv, [](const Setup& setup) {
    pin(kClientCpu);
    const SimulatorProcess simulator(setup, {kModel});
    for (const std::size_t streams : {100, 1'000}) {
      for (const auto connection : {llm::Connection::cold, llm::Connection::reuse}) {
        compare(simulator, streams, connection);
      }
    }
  });
}
