// Signals as file events of the main thread.
#pragma once

#include <initializer_list>

namespace llm {

// Blocks the signals in this thread and every thread started after, and reads them as events. Make
// it before any thread is started.
class Signals {
 public:
  explicit Signals(std::initializer_list<int> signals);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int fd() const { return fd_; }
  int next();  // a signal number, or 0 if none is waiting

 private:
  int fd_;
};

}  // namespace llm
