#include "web/connections.h"

#include <sys/socket.h>

namespace llm {

bool Connections::admit() const {
  const std::lock_guard lock(mutex_);
  return !draining_;
}

void Connections::opened(int fd) {
  const std::lock_guard lock(mutex_);
  open_.insert(fd);
  if (draining_) ::shutdown(fd, SHUT_RD);  // it was admitted just before
}

void Connections::closed(int fd) {
  const std::lock_guard lock(mutex_);
  open_.erase(fd);
  if (open_.empty()) none_.notify_all();
}

void Connections::drain(std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  // The end of a stream goes unnoticed when it arrives with the last bytes: libmicrohttpd takes a
  // read that does not fill its buffer for the last one. So tell it again.
  constexpr std::chrono::milliseconds kRepeat{20};
  constexpr std::chrono::seconds kCutPatience{1};  // the server's threads only have to notice
  std::unique_lock lock(mutex_);
  draining_ = true;
  const auto none = [this] { return open_.empty(); };
  const auto deadline = Clock::now() + patience;
  do {
    shut(SHUT_RD);
  } while (!none_.wait_for(lock, kRepeat, none) && Clock::now() < deadline);
  shut(SHUT_RDWR);
  none_.wait_for(lock, kCutPatience, none);
}

void Connections::shut(int how) {
  for (const int fd : open_) ::shutdown(fd, how);
}

}  // namespace llm
