#include "web/remarks.h"

#include <fmt/format.h>

#include <cmath>

#include "web/html.h"
#include "web/words.h"

namespace llm {
namespace {

constexpr double kDeprecationNotice = 60;  // days: before that it is nobody's worry

}  // namespace

std::vector<std::string> remarks(const TargetView& view) {
  const auto& state = view.state;
  std::vector<std::string> all;
  const double wait = state.wait_until_unix_seconds - view.now;
  if (wait > 0) {
    all.push_back("told to wait, " +
                  time_element(state.wait_until_unix_seconds, span_words(wait) + " more"));
  }
  if (state.over_budget) all.push_back("paused: the day's budget is spent");
  if (state.substituted) all.push_back("free check only: the day's budget is spent");
  if (const auto& breaker = state.breaker; breaker.state == BreakerState::open) {
    const double next = breaker.next_full_unix_seconds;
    all.push_back("breaker open (" + outcome_words(breaker.why) +
                  "): cheaper checks, full probe in " +
                  time_element(next, span_words(next - view.now)));
  } else if (breaker.state == BreakerState::half_open) {
    all.push_back("breaker half open: good full probes close it");
  }
  const double days = std::floor((state.price.deprecation_unix_seconds - view.now) / 86'400);
  if (state.retired) {
    all.push_back("the model is retired");
  } else if (days <= kDeprecationNotice) {
    all.push_back(days >= 0
                      ? fmt::format("the provider retires the model in {:.0f} days", days)
                      : std::string("by the price table, the model should be retired by now"));
  }
  return all;
}

}  // namespace llm
