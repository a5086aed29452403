// The newest N records of what the server did, written by its thread and copied by others.
#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

namespace llm::sim {

template <class T>
class Records {
 public:
  // Reserves the room at once: a growing vector would stop the server in the middle of a benchmark.
  // Pages that are never written cost nothing.
  explicit Records(std::size_t limit) : limit_(limit) { records_.reserve(limit); }

  // `make` is called under the lock, so that a clock it reads is not spoiled by waiting for a
  // reader.
  template <class Make>
  void add(Make make) {
    if (limit_ == 0) return;
    const std::lock_guard lock(mutex_);
    if (records_.size() < limit_) {
      records_.push_back(make());
    } else {
      records_[oldest_] = make();
      oldest_ = (oldest_ + 1) % limit_;
    }
  }

  // Oldest first. Any thread.
  std::vector<T> copy() const {
    const std::lock_guard lock(mutex_);
    std::vector<T> out;
    out.reserve(records_.size());
    for (std::size_t i = 0; i < records_.size(); ++i) {
      out.push_back(records_[(oldest_ + i) % records_.size()]);
    }
    return out;
  }

 private:
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::vector<T> records_;
  std::size_t oldest_ = 0;  // once full
};

}  // namespace llm::sim
