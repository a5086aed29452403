#include "metrics/target_samples.h"

#include <cmath>

namespace llm {
namespace {

// Labels with a closed set of values are rendered once.
template <class Enum, std::size_t N>
std::array<std::string, N> labels_of(std::string_view name, std::string_view (*value)(Enum)) {
  std::array<std::string, N> labels;
  for (std::size_t i = 0; i < N; ++i) labels[i] = label(name, value(static_cast<Enum>(i)));
  return labels;
}

std::string_view name_of(TokenType type) {
  constexpr std::array<std::string_view, kTokenTypes> names{"input", "output", "cached_input",
                                                            "reasoning"};
  return names[static_cast<std::size_t>(type)];
}

}  // namespace

void put(TextWriter& out, const TargetView& r, double value, std::string_view more) {
  if (!std::isnan(value)) out.sample({}, r.labels, more, value);
}
void put_last(TextWriter& out, const TargetView& r, double value, std::string_view more) {
  if (!r.stale) put(out, r, value, more);
}
void put_count(TextWriter& out, const TargetView& r, std::uint64_t value) {
  out.sample(r.labels, value);
}

void put_summary(TextWriter& out, const TargetView& r, const Window& window, const WindowView& view,
                 std::initializer_list<double> quantiles) {
  for (const double q : quantiles) {
    if (view.size == 0) break;
    out.sample({}, r.labels, label("quantile", bound(q, out.format())), view.quantile(q));
  }
  out.sample("_sum", r.labels, {}, window.sum);
  out.sample("_count", r.labels, {}, window.count);
}

void put_errors(TextWriter& out, const TargetView& r) {
  static const auto labels = labels_of<Outcome, kOutcomes>("class", to_string);
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    if (!success(static_cast<Outcome>(i))) out.sample({}, r.labels, labels[i], r.state.errors[i]);
  }
}

void put_tokens(TextWriter& out, const TargetView& r) {
  static const auto labels = labels_of<TokenType, kTokenTypes>("token_type", name_of);
  for (std::size_t i = 0; i < kTokenTypes; ++i) {
    out.sample({}, r.labels, labels[i], r.state.tokens[i]);
  }
}

void put_phases(TextWriter& out, const TargetView& r) {
  static const auto labels = labels_of<Phase, kPhases>("phase", to_string);
  for (std::size_t i = 0; i < kPhases; ++i) {
    put_last(out, r, r.state.last.phase_seconds[i], labels[i]);
  }
}

void put_server_phases(TextWriter& out, const TargetView& r) {
  static const std::array<std::string, kServerPhases> labels{
      label("phase", "queue"), label("phase", "load"), label("phase", "prompt"),
      label("phase", "generation")};
  for (std::size_t i = 0; i < kServerPhases; ++i) {
    put_last(out, r, r.state.last.server_phase_seconds[i], labels[i]);
  }
}

void put_prices(TextWriter& out, const TargetView& r) {
  static const auto labels = labels_of<TokenType, kTokenTypes>("token_type", name_of);
  for (std::size_t i = 0; i < kTokenTypes; ++i) {
    put(out, r, r.state.price.usd_per_token[i], labels[i]);
  }
}

// A window that no header named is no label.
std::string limit_labels(const LimitState& limit) {
  auto labels = label("resource", to_string(limit.resource));
  if (limit.window != LimitWindow::unknown)
    labels += "," + label("window", to_string(limit.window));
  return labels;
}

void put_limits(TextWriter& out, const TargetView& r, double LimitState::*member) {
  for (const auto& limit : r.state.limits) {
    if (std::isnan(limit.at_unix_seconds)) continue;
    const bool is_void = member != &LimitState::reset_unix_seconds && expired(limit, r.now);
    if (!is_void) put_last(out, r, limit.*member, limit_labels(limit));
  }
}

// Some announce more as remaining than as limit: that is nothing used, not less than nothing.
void put_utilization(TextWriter& out, const TargetView& r) {
  for (const auto& limit : r.state.limits) {
    if (std::isnan(limit.at_unix_seconds) || expired(limit, r.now) || !(limit.limit > 0)) continue;
    const double used = 1 - limit.remaining / limit.limit;
    put_last(out, r, used < 0 ? 0 : used, limit_labels(limit));
  }
}

void put_model_info(TextWriter& out, const TargetView& r) {
  const auto model = r.state.last.served_model.view();
  if (!model.empty() && success(r.state.last.outcome))
    put_last(out, r, 1, label("response_model", model));
}

}  // namespace llm
