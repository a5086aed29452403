// The open connections of the web server, so that it can stop without cutting answers short.
//
// libmicrohttpd cannot do this alone. MHD_stop_daemon cuts every answer, and in 0.9.75 it crashes
// when a request is being refused at the same moment (MHD_queue_response gives no response once
// the daemon is shutting down, and the error path uses it unchecked); MHD_quiesce_daemon races with
// its own threads over epoll's list and aborts the process. Both were seen, and neither can happen
// to a daemon that has no connections: so we end them all first.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>

namespace llm {

// Any thread. `fd` stays open between opened() and closed().
class Connections {
 public:
  bool admit() const;  // whether a new connection is welcome
  void opened(int fd);
  void closed(int fd);

  // Admits no more and ends the receiving half of every connection: idle ones close, the others
  // when their answer is sent. Those that are left after `patience` are cut off.
  void drain(std::chrono::milliseconds patience);

 private:
  void shut(int how);  // with mutex_ held

  mutable std::mutex mutex_;
  std::condition_variable none_;
  std::set<int> open_;
  bool draining_ = false;
};

}  // namespace llm
