// A deadline that moves often and fires rarely. Moving it later costs nothing: the timer that is
// already set finds out when it fires and sets itself again.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "base/time.h"
#include "engine/loop.h"

namespace llm {

class Deadline {
 public:
  Deadline(Loop& loop, std::function<void()> expired) : loop_(loop), expired_(std::move(expired)) {}
  ~Deadline() { loop_.cancel(timer_); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // Absent: never.
  void set(std::optional<MonoTime> when) {
    when_ = when;
    if (when_ && (!armed_ || *when_ < *armed_)) arm();
  }

 private:
  void arm() {
    loop_.cancel(timer_);
    armed_ = when_;
    timer_ = loop_.at(*when_, [this] { fired(); });
  }
  void fired() {
    const MonoTime rang = *armed_;
    armed_.reset();
    if (!when_) return;
    if (*when_ > rang) return arm();
    when_.reset();
    const auto expired = expired_;  // a copy, because the call may destroy *this
    expired();
  }

  Loop& loop_;
  std::function<void()> expired_;
  std::optional<MonoTime> when_, armed_;
  Loop::TimerId timer_ = 0;
};

}  // namespace llm
