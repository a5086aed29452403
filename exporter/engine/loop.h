// The event loop of one thread: epoll, one timer heap, and a mailbox other threads post to.
#pragma once

#include <atomic>
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

  // Everything but post() and stop() is for the loop's own thread (or before run()).

  // `events` are EPOLLIN | EPOLLOUT; the callback gets what epoll reported.
  using FdCallback = std::function<void(std::uint32_t events)>;
  void watch(int fd, std::uint32_t events, FdCallback callback);
  void change(int fd, std::uint32_t events);
  void unwatch(int fd);

  using TimerId = std::uint64_t;
  TimerId at(MonoTime when, std::function<void()> callback);
  void cancel(TimerId id);  // of a fired or unknown timer: nothing

  void run();  // until stop(); can be called again after
  // One turn: waits until something is ready, at most `max_wait`, and handles it. For tests and for
  // callers with their own end condition.
  void turn(std::chrono::milliseconds max_wait);

  // Any thread.
  void post(std::function<void()> work);
  void stop();

  // Time that the last turn took from waking to sleeping again, and how late the latest timer was:
  // our own lag, published so that nobody blames a provider for our load.
  Nanos last_turn() const;
  Nanos last_timer_lag() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace llm
