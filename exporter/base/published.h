// An immutable value that one thread replaces and others read: the roster of targets, the running
// configuration. The lock covers the copy of one pointer.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace llm {

template <class T>
class Published {
 public:
  std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);  // the old value is destroyed after the lock is released
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace llm
