#include "engine/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace llm {

Mailbox::Mailbox() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Mailbox::~Mailbox() { close(fd_); }

void Mailbox::post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
    if (work_.size() > 1) return;  // whoever posted the first one has woken the loop
  }
  wake();
}

void Mailbox::wake() noexcept {
  const std::uint64_t one = 1;
  // Fails only if the counter is full, and then the loop wakes anyway.
  [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
}

std::vector<Mailbox::Work> Mailbox::take() {
  std::uint64_t count = 0;
  // Before the swap: a post after it must find the descriptor quiet, or its wake-up would be lost.
  [[maybe_unused]] const auto got = read(fd_, &count, sizeof count);
  const std::lock_guard lock(mutex_);
  return std::exchange(work_, {});
}

}  // namespace llm
