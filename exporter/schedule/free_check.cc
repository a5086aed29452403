#include "schedule/free_check.h"

#include "money/budget.h"

namespace llm {

std::shared_ptr<const Target> free_check(const Target& target) {
  const auto kind = free_check(*target.provider);
  if (!kind) return nullptr;
  auto check = std::make_shared<Target>(target);
  check->kind = *kind;
  check->expect.reset();
  return check;
}

}  // namespace llm
