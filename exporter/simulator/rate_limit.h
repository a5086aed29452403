// A token bucket: starts full, refills evenly, is empty when spent. Pure: time is passed in.
#pragma once

#include "base/time.h"

namespace llm::sim {

struct BucketSize {
  double limit = 0;
  Nanos window{0};  // in which an empty bucket fills
  friend bool operator==(const BucketSize&, const BucketSize&) = default;
};

class Bucket {
 public:
  Bucket(BucketSize size, MonoTime now) : size_(size), level_(size.limit), at_(now) {}

  const BucketSize& size() const { return size_; }
  double limit() const { return size_.limit; }
  double remaining(MonoTime now) const;
  // How long until `amount` can be taken; zero: now.
  Nanos wait(double amount, MonoTime now) const;
  Nanos until_full(MonoTime now) const { return wait(size_.limit, now); }
  void take(double amount, MonoTime now);  // not below empty

 private:
  BucketSize size_;
  double level_;  // at at_
  MonoTime at_;
};

}  // namespace llm::sim
