// One answer of a hostile provider through the Probe. The first bytes choose the provider, the kind
// of probe, the sizes of the pieces and how the connection ends; then come status, header lines, a
// blank line, and the body.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <string_view>

#include "base/text.h"
#include "probe/probe.h"

namespace {

using namespace std::chrono_literals;

void require(bool condition) {
  if (!condition) std::abort();
}
void check(const std::optional<double>& value) {
  require(!value || (std::isfinite(*value) && *value >= 0));
}
void check(const std::string& text, std::size_t limit) {
  require(text.size() <= limit && llm::clean_text(text, limit) == text);
}

void check(const llm::ProbeResult& r) {
  double sum = 0;
  for (const double seconds : r.phase_seconds) {
    check(std::optional(seconds));
    sum += seconds;
  }
  require(sum == r.duration_seconds);
  for (const auto& value :
       {r.ttft_seconds, r.ttft_content_seconds, r.tpot_seconds, r.max_gap_seconds,
        r.tokens_per_second, r.provider_ms, r.retry_after_seconds})
    check(value);
  require(!r.ttft_seconds || r.first_token);
  require(!r.ttft_content_seconds || *r.ttft_content_seconds >= *r.ttft_seconds);
  check(r.text, llm::kMaxText);
  for (const auto& text : {r.served_model, r.served_provider, r.system_fingerprint, r.request_id})
    check(text, llm::kMaxText);
  require(llm::success(r.outcome) != r.error.has_value());
  if (r.error) check(r.error->message, llm::kMaxText);
  require(r.models.size() <= llm::kMaxModels && r.models.size() <= r.models_count);
  for (const auto& model : r.models) check(model, llm::kMaxText);
}

std::shared_ptr<llm::Target> make_target(unsigned char choice) {
  static const std::string_view kTypes[] = {"openai", "anthropic", "xai", "vllm"};
  auto provider = std::make_shared<llm::Provider>();
  provider->type = llm::find_provider_type(kTypes[choice & 3]);
  provider->dialect = provider->type->dialect;
  auto target = std::make_shared<llm::Target>();
  target->provider = provider;
  target->kind = static_cast<llm::Kind>((choice >> 2) & 3);
  target->connection = (choice & 16) ? llm::Connection::reuse : llm::Connection::cold;
  return target;
}

std::string_view take_line(std::string_view& bytes) {
  const auto line = bytes.substr(0, bytes.find('\n'));
  bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 4) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 4, size - 4);
  const llm::MonoTime start{1000s};
  llm::MonoTime now = start + 10ms;
  std::optional<llm::ProbeResult> result;
  llm::Probe probe(make_target(data[0]), {}, start, llm::WallTime{1'795'262'400s},
                   [&](llm::ProbeResult r) { result = std::move(r); });

  llm::TransportReport report;
  report.started = start;
  report.resolved = report.connected = report.ready = report.sent = now;
  probe.on_ready(now);
  report.first_byte = now += 1ms;
  const auto status = take_line(bytes);
  probe.on_status(status.size() == 3 ? std::atoi(std::string(status).c_str()) : 200);
  for (auto line = take_line(bytes); !line.empty(); line = take_line(bytes)) {
    const auto colon = std::min(line.find(':'), line.size() - 1);
    probe.on_header(line.substr(0, colon), line.substr(colon + 1));
  }

  const std::size_t piece = 1 + data[1];
  bool more = true;
  while (more && !bytes.empty()) {
    // Kernel stamps may be older than our own clock's last reading.
    now += std::chrono::milliseconds(data[2] % 16) - 2ms;
    more = probe.on_body(bytes.substr(0, piece), {now, true});
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  report.end = more ? static_cast<llm::TransportEnd>(data[3] % 13) : llm::TransportEnd::stopped;
  if (report.end == llm::TransportEnd::deadline) now = std::max(now, *probe.deadline());
  report.ended = now;
  probe.on_end(report);
  require(result.has_value());
  check(*result);
  return 0;
}
