#include "cli/waterfall.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace llm {

namespace {

constexpr int kBarWidth = 44;

std::string duration(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.0f} µs", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.1f} ms", seconds * 1e3);
  return fmt::format("{:.2f} s", seconds);
}

std::string paint(std::string_view text, std::string_view code, bool colour) {
  return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string verdict(const ProbeResult& r, bool colour) {
  const auto word = to_string(r.outcome);
  if (success(r.outcome)) return paint(word, "32;1", colour);
  const auto whose = fault(r.outcome);
  return paint(fmt::format("{} (fault: {})", word, to_string(whose)),
               whose == Fault::provider ? "31;1" : "33;1", colour);
}

void add_phases(std::string& text, const ProbeResult& r) {
  double before = 0;
  for (std::size_t i = 0; i < kPhases; ++i) {
    const double length = r.phase_seconds[i];
    if (length > 0) {
      const double scale = kBarWidth / std::max(r.duration_seconds, 1e-9);
      const int indent = std::min(kBarWidth - 1, static_cast<int>(before * scale));
      const int width =
          std::clamp(static_cast<int>(std::lround(length * scale)), 1, kBarWidth - indent);
      std::string bar;
      for (int k = 0; k < width; ++k) bar += "█";
      text += fmt::format("  {:<11}{:>10}  {:{}}{}\n", to_string(static_cast<Phase>(i)),
                          duration(length), "", indent, bar);
    }
    before += length;
  }
}

template <class T>
void add_fact(std::string& line, std::string_view name, const T& value) {
  line += fmt::format("{}{} {}", line.empty() ? "" : ", ", name, value);
}

// What the answer told, in one line of facts; empty when it told nothing.
std::string facts(const ProbeResult& r) {
  std::string line;
  if (!r.served_model.empty()) add_fact(line, "model", r.served_model);
  if (r.usage && r.usage->input) add_fact(line, "input tokens", *r.usage->input);
  if (r.usage && r.usage->output) add_fact(line, "output tokens", *r.usage->output);
  if (r.usage && r.usage->reasoning.value_or(0) > 0)
    add_fact(line, "reasoning tokens", *r.usage->reasoning);
  if (r.cost_usd) add_fact(line, "cost", fmt::format("{:.3g} USD", *r.cost_usd));
  if (r.finish_reason) add_fact(line, "finish", *r.finish_reason);
  if (r.target->kind == Kind::models && success(r.outcome)) {
    add_fact(line, "models listed", r.models_count);
  }
  if (r.model_served) {
    add_fact(line, "served",
             *r.model_served ? fmt::format("by {}", fmt::join(r.served_by, ", "))
                             : std::string("by nobody"));
  }
  if (!r.request_id.empty()) add_fact(line, "request", r.request_id);
  if (r.retry_after_seconds) add_fact(line, "retry after", duration(*r.retry_after_seconds));
  return line;
}

std::string limits(const ProbeResult& r) {
  std::string line;
  for (const auto& limit : r.rate_limits) {
    if (!limit.limit || !limit.remaining) continue;
    add_fact(
        line, to_string(limit.resource),
        fmt::format("{:.0f} of {:.0f} left{}{}", *limit.remaining, *limit.limit,
                    limit.window == LimitWindow::unknown ? "" : " this ", to_string(limit.window)));
  }
  return line;
}

}  // namespace

std::string waterfall(const ProbeResult& r, bool colour) {
  if (r.cancelled) return fmt::format("{}  interrupted\n", paint(r.target->name, "1", colour));
  std::string text = fmt::format("{}  {}", paint(r.target->name, "1", colour), verdict(r, colour));
  if (r.http_status) text += fmt::format("  HTTP {}", *r.http_status);
  if (r.ttft_seconds) text += fmt::format("  TTFT {}", duration(*r.ttft_seconds));
  if (r.ttft_content_seconds && r.ttft_content_seconds != r.ttft_seconds) {
    text += fmt::format("  visible after {}", duration(*r.ttft_content_seconds));
  }
  if (r.tokens_per_second) text += fmt::format("  {:.0f} tokens/s", *r.tokens_per_second);
  text += fmt::format("  total {}\n", duration(r.duration_seconds));
  add_phases(text, r);
  if (const auto line = facts(r); !line.empty()) text += fmt::format("  {}\n", line);
  if (const auto line = limits(r); !line.empty()) text += fmt::format("  limits: {}\n", line);
  if (r.error && !r.error->message.empty()) {
    text += fmt::format("  error{}: {}\n", r.error->code.empty() ? "" : " " + r.error->code,
                        r.error->message);
  }
  return text;
}

}  // namespace llm
