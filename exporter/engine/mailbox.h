// Work that any thread hands to one loop, and the eventfd that wakes it.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

namespace llm {

class Mailbox {
 public:
  using Work = std::function<void()>;

  Mailbox();  // throws std::system_error if the kernel refuses an eventfd
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // Any thread.
  void post(Work work);
  void wake() noexcept;

  // The loop's thread. `fd` is readable when someone posted or called wake() since the last take().
  int fd() const { return fd_; }
  std::vector<Work> take();

 private:
  int fd_;
  std::mutex mutex_;
  std::vector<Work> work_;
};

}  // namespace llm
