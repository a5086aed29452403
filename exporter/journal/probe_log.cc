#include "journal/probe_log.h"

#include <limits>

#include "base/log.h"

namespace llm {

namespace {
// The log leaves out NaN and empty text: an unknown is absent there, too.
constexpr double kUnknownNumber = std::numeric_limits<double>::quiet_NaN();
}  // namespace

void log_probe(const ProbeResult& r) {
  const auto level = success(r.outcome) ? log::Level::debug : log::Level::warn;
  if (!log::enabled(level)) return;
  const std::string_view code = r.error ? std::string_view(r.error->code) : std::string_view();
  const std::string_view message =
      r.error ? std::string_view(r.error->message) : std::string_view();
  log::write(level, success(r.outcome) ? "probe succeeded" : "probe failed",
             {{"target", r.target->name},
              {"outcome", to_string(r.outcome)},
              {"fault", success(r.outcome) ? "" : to_string(fault(r.outcome))},
              {"http_status", r.http_status ? static_cast<double>(*r.http_status) : kUnknownNumber},
              {"duration_seconds", r.duration_seconds},
              {"ttft_seconds", r.ttft_seconds.value_or(kUnknownNumber)},
              {"request_id", r.request_id},
              {"error_code", code},
              {"error", message}});
}

}  // namespace llm
