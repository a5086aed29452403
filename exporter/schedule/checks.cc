#include "schedule/checks.h"

#include <algorithm>

#include "config/target_defaults.h"
#include "money/budget.h"

namespace llm {

namespace {

// For an answer to begin, thoughts included.
std::uint32_t enough_tokens(const Target& target) {
  return default_output_tokens(*target.provider, Kind::stream, target.reasoning_effort.has_value());
}

}  // namespace

std::shared_ptr<const Target> free_check(const Target& target) {
  const auto kind = free_check(*target.provider);
  if (!kind) return nullptr;
  auto check = std::make_shared<Target>(target);
  check->kind = *kind;
  check->expect.reset();
  return check;
}

std::shared_ptr<const Target> cut_check(const Target& target) {
  auto check = std::make_shared<Target>(target);
  if (check->kind == Kind::speed) check->kind = Kind::stream;
  check->max_output_tokens = std::min(enough_tokens(target), target.max_output_tokens);
  check->expect.reset();  // what was expected may not fit
  return check;
}

bool can_be_cut(const Target& target) {
  return generates(target.kind) &&
         (target.kind == Kind::speed || target.max_output_tokens > enough_tokens(target));
}

}  // namespace llm
