#include "engine/arrival.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace llm {
namespace {

using namespace std::chrono_literals;

// Readings of the two clocks further apart than this were interrupted: read again.
constexpr Nanos kOneMoment = 2us;
// How far a stamp may seem to precede what we know came before it. Honest reasons are below this
// (conversion, a byte that arrived while its predecessor was being read); a set clock is above.
constexpr Nanos kTolerance = 1ms;

}  // namespace

ReceiveStamps::ReceiveStamps() noexcept : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  if (fd_ >= 0) enable_receive_stamps(fd_);
}

ReceiveStamps::~ReceiveStamps() {
  if (fd_ >= 0) close(fd_);
}

void enable_receive_stamps(int fd) noexcept {
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

Peek peek(int fd) noexcept {
  char byte = 0;
  iovec io{&byte, 1};
  alignas(cmsghdr) std::array<char, 128> control;
  msghdr message{};
  message.msg_iov = &io;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();

  Peek result;
  const ssize_t n = recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT);
  if (n < 0 && errno != EAGAIN && errno != EINTR) result.error = errno;
  if (n <= 0) return result;
  result.readable = true;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec at{};
    std::memcpy(&at, CMSG_DATA(c), sizeof at);
    result.stamp = WallTime(std::chrono::seconds(at.tv_sec) + Nanos(at.tv_nsec));
  }
  return result;
}

Moment moment_now() noexcept {
  for (int attempt = 0;; ++attempt) {
    const MonoTime before = mono_now();
    const WallTime wall = wall_now();
    const MonoTime after = mono_now();
    if (after - before <= kOneMoment || attempt == 3) return {before + (after - before) / 2, wall};
  }
}

Arrival to_arrival(std::optional<WallTime> stamp, Moment now, MonoTime earliest) noexcept {
  if (!stamp || *stamp > now.wall) return {now.mono, false};
  const MonoTime at = now.mono - (now.wall - *stamp);
  if (at < earliest - kTolerance) return {now.mono, false};
  return {std::max(at, earliest), true};
}

}  // namespace llm
