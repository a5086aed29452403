// `llm_exporter healthcheck`: the health check of a container, whose image has no curl.
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/output.h"
#include "engine/fetch.h"
#include "engine/loop.h"

namespace llm {

namespace {

// A healthy exporter answers within milliseconds; Docker's own patience is 30 s by default.
constexpr std::chrono::milliseconds kPatience{5'000};
constexpr std::size_t kMaxAnswerBytes = 4 << 10;

// Where this machine reaches what listens on `listen_address`, of the form that parse_flags lets
// through.
std::string local_address(std::string_view listen_address) {
  const auto colon = listen_address.rfind(':');
  const auto host = listen_address.substr(0, colon);
  const auto port = listen_address.substr(colon);
  if (host.empty() || host == "0.0.0.0") return fmt::format("127.0.0.1{}", port);
  if (host == "[::]") return fmt::format("[::1]{}", port);
  return std::string(listen_address);
}

}  // namespace

int run_healthcheck(const Flags& flags) {
  HttpCall call;
  call.url = fmt::format("http://{}{}/-/healthy", local_address(flags.listen_addresses[0]),
                         flags.route_prefix);
  Loop loop;
  HttpClient http(loop, {.shards = 1});
  std::optional<Fetched> answer;
  Fetch fetch(http, call, {.total = kPatience, .max_bytes = kMaxAnswerBytes},
              [&answer](Fetched fetched) { answer = std::move(fetched); });
  while (!answer) loop.turn(kPatience);
  if (answer->status == 200 && answer->detail.empty()) return kExitOk;
  complain("not healthy: {}: {}\n", call.url,
           answer->detail.empty() ? fmt::format("HTTP {}", answer->status) : answer->detail);
  return kExitFailed;
}

}  // namespace llm
