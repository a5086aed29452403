#include "engine/fetch.h"

#include <optional>

namespace llm {

struct Fetch::Call final : Exchange {
  Call(HttpClient& h, FetchLimits l, Done d)
      : http(h), limits(l), done(std::move(d)), due(mono_now() + l.total) {}

  void on_ready(MonoTime) noexcept override {}
  void on_status(int status) noexcept override {
    answer.status = status;
    answer.headers.clear();
  }
  void on_header(std::string_view name, std::string_view value) noexcept override {
    answer.headers.emplace_back(name, value);
  }
  bool on_body(std::string_view bytes, Arrival) noexcept override {
    too_long = answer.body.size() + bytes.size() > limits.max_bytes;
    if (!too_long) answer.body.append(bytes);
    return !too_long;
  }
  std::optional<MonoTime> deadline() const noexcept override { return due; }
  void on_end(const TransportReport& report) noexcept override {
    running = false;
    answer.end = too_long ? TransportEnd::limit : report.end;
    answer.detail = describe(report);
    // The callback may destroy this object.
    const auto tell = std::move(done);
    auto told = std::move(answer);
    if (tell) tell(std::move(told));
  }

  std::string describe(const TransportReport& report) const {
    if (too_long) return "the document is over " + std::to_string(limits.max_bytes) + " bytes";
    if (report.end == TransportEnd::complete) return {};
    if (report.end == TransportEnd::deadline)
      return "no answer within " + std::to_string(limits.total.count()) + " ms";
    return report.detail.empty() ? "the connection failed" : report.detail;
  }

  HttpClient& http;
  FetchLimits limits;
  Done done;
  MonoTime due;
  HttpClient::Id id = 0;
  bool running = true, too_long = false;
  Fetched answer;
};

Fetch::Fetch(HttpClient& http, HttpCall call, FetchLimits limits, Done done)
    : call_(std::make_unique<Call>(http, limits, std::move(done))) {
  call_->id = http.start(std::move(call), *call_);
}

Fetch::~Fetch() {
  if (!call_->running) return;
  call_->done = nullptr;
  call_->http.cancel(call_->id);
}

}  // namespace llm
