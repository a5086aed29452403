// The event loop of one thread: epoll, one timer heap, and a mailbox other threads post to.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/time.h"

namespace llm {

class Loop {
 public:
  Loop();  // throws std::system_error if the kernel refuses epoll or eventfd
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Everything down to turn() is for the loop's own thread (or before run()). A callback must not
  // throw; what one throws is logged and ends there.

  // `events` are EPOLLIN | EPOLLOUT; the callback gets what epoll reported. False: the kernel
  // refused (limit of watches, memory). Callbacks may watch and unwatch anything, themselves too.
  using FdCallback = std::function<void(std::uint32_t events)>;
  bool watch(int fd, std::uint32_t events, FdCallback callback);
  bool change(int fd, std::uint32_t events);
  void unwatch(int fd);  // before the descriptor is closed

  // Fires once, never before `when`; timers of one instant in the order they were set. One that is
  // set by a timer's callback fires in the next turn at the earliest, so that sockets get theirs.
  using TimerId = std::uint64_t;
  TimerId at(MonoTime when, std::function<void()> callback);
  void cancel(TimerId id);  // of a fired or unknown timer: nothing

  void run();  // until stop(), after what was posted before it; can be called again after
  // One turn: waits until something is ready, at most `max_wait`, and handles it. For tests and for
  // callers with their own end condition.
  void turn(std::chrono::milliseconds max_wait);

  // Any thread.
  void post(std::function<void()> work);
  void stop();

  // How late the latest timer was: our own lag, published so that nobody blames a provider for our
  // load.
  Nanos last_timer_lag() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace llm
