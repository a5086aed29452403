#include "simulator/rate_limit.h"

#include <algorithm>

namespace llm::sim {

double Bucket::remaining(MonoTime now) const {
  const double refilled = size_.limit * to_seconds(now - at_) / to_seconds(size_.window);
  return std::min(size_.limit, level_ + refilled);
}

Nanos Bucket::wait(double amount, MonoTime now) const {
  const double missing = amount - remaining(now);
  if (missing <= 0) return Nanos(0);
  return Nanos(
      static_cast<Nanos::rep>(missing / size_.limit * static_cast<double>(size_.window.count())));
}

void Bucket::take(double amount, MonoTime now) {
  level_ = std::max(0.0, remaining(now) - amount);
  at_ = now;
}

}  // namespace llm::sim
