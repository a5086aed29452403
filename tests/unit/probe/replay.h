// Plays recorded answers to a Probe in given pieces, on made-up time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "probe/probe.h"

namespace llm::test {

using namespace std::chrono_literals;

// 2026-11-21T12:00:00Z, the date of every transcript.
inline const WallTime kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 12h};
inline const MonoTime kStart{1'000s};

inline std::shared_ptr<Target> make_target(const ProviderType& type, Kind kind) {
  auto provider = std::make_shared<Provider>();
  provider->name = "p";
  provider->type = &type;
  provider->dialect = type.dialect;
  provider->base_url = type.base_url;
  provider->models_path = type.models_path;
  auto target = std::make_shared<Target>();
  target->name = "p/m";
  target->provider = provider;
  target->kind = kind;
  target->model = "m";
  target->prompt = "Reply with the single word pong.";
  target->token_field = type.token_field;
  return target;
}

inline std::shared_ptr<Target> make_target(std::string_view type, Kind kind) {
  return make_target(*find_provider_type(type), kind);
}

struct RecordedAnswer {
  int status = 200;
  HeaderList headers;
  std::string body;
};

using Pieces = std::vector<std::string_view>;

inline Pieces whole(std::string_view body) { return body.empty() ? Pieces{} : Pieces{body}; }
inline Pieces every(std::size_t n, std::string_view body) {
  Pieces pieces;
  for (std::size_t i = 0; i < body.size(); i += n) pieces.push_back(body.substr(i, n));
  return pieces;
}
inline Pieces cut_at(std::size_t at, std::string_view body) {
  return {body.substr(0, at), body.substr(at)};
}
// After each byte that `separates`.
inline Pieces cut_after(char separator, std::string_view body) {
  Pieces pieces;
  while (!body.empty()) {
    const auto end = body.find(separator);
    const auto n = end == std::string_view::npos ? body.size() : end + 1;
    pieces.push_back(body.substr(0, n));
    body.remove_prefix(n);
  }
  return pieces;
}

// A probe and the transport around it: connected at 10 ms, TLS at 30, request out at 31, answer
// from 100 ms on, a piece every 10 ms.
class Play {
 public:
  explicit Play(std::shared_ptr<const Target> target, const Credentials& credentials = {})
      : probe_(std::move(target), credentials, kStart, kNoon,
               [this](ProbeResult result) { result_ = std::move(result); }) {
    report_.started = kStart;
    report_.https = true;
    report_.resolved = kStart + 4ms;
    report_.connected = kStart + 10ms;
    report_.ready = kStart + 30ms;
    report_.sent = kStart + 31ms;
    probe_.on_ready(*report_.ready);
  }

  Play& head(int status, const HeaderList& headers) {
    report_.first_byte = now_;
    probe_.on_status(status);
    for (const auto& [name, value] : headers) probe_.on_header(name, value);
    return *this;
  }
  Play& wait(Nanos time) {
    now_ += time;
    return *this;
  }
  Play& body(std::string_view bytes) {
    if (!stopped_) stopped_ = !probe_.on_body(bytes, Arrival{now_, kernel_});
    return *this;
  }
  Play& bodies(const Pieces& pieces) {
    for (const auto piece : pieces) wait(10ms).body(piece);
    return *this;
  }
  ProbeResult end(TransportEnd how = TransportEnd::complete, std::string detail = "") {
    report_.end = stopped_ ? TransportEnd::stopped : how;
    report_.detail = std::move(detail);
    report_.ended = now_;
    probe_.on_end(report_);
    return *std::exchange(result_, std::nullopt);
  }
  // The deadline passes.
  ProbeResult expire() {
    now_ = std::max(now_, *probe_.deadline());
    return end(TransportEnd::deadline);
  }
  Nanos deadline() const { return *probe_.deadline() - kStart; }
  Nanos now() const { return now_ - kStart; }
  bool stopped() const { return stopped_; }
  TransportReport& report() { return report_; }
  Play& without_kernel_stamps() {
    kernel_ = false;
    return *this;
  }

 private:
  std::optional<ProbeResult> result_;
  Probe probe_;
  TransportReport report_;
  MonoTime now_ = kStart + 90ms;
  bool stopped_ = false;
  bool kernel_ = true;
};

inline ProbeResult replay(std::shared_ptr<const Target> target, const RecordedAnswer& answer,
                          const Pieces& pieces, TransportEnd end = TransportEnd::complete) {
  Play play(std::move(target));
  play.wait(10ms).head(answer.status, answer.headers).bodies(pieces).wait(10ms);
  return play.end(end);
}

}  // namespace llm::test
