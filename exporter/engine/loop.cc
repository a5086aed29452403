#include "engine/loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <exception>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/log.h"
#include "engine/mailbox.h"
#include "engine/timer_heap.h"

namespace llm {
namespace {

// Enough that a busy loop needs few calls, few enough that timers do not wait for long.
constexpr int kEventsPerTurn = 256;
constexpr std::chrono::hours kLongWait{1};  // run() without timers: any bound will do

timespec to_timespec(Nanos d) {
  d = std::max(d, Nanos::zero());
  return {static_cast<time_t>(d / std::chrono::seconds(1)),
          static_cast<long>((d % std::chrono::seconds(1)).count())};
}

// epoll_wait with nanoseconds where the kernel has it (5.11), else rounded up to milliseconds.
int wait_for_events(int epoll, std::array<epoll_event, kEventsPerTurn>& events, Nanos timeout) {
  const timespec ts = to_timespec(timeout);
  const int n = epoll_pwait2(epoll, events.data(), kEventsPerTurn, &ts, nullptr);
  if (n >= 0 || (errno != ENOSYS && errno != EPERM)) return n;
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return epoll_wait(epoll, events.data(), kEventsPerTurn, static_cast<int>(std::max(ms, 0L)));
}

// One faulty callback must not end everybody else's probes.
template <class F, class... Args>
void call(F& callback, Args... args) noexcept {
  try {
    callback(args...);
  } catch (const std::exception& e) {
    log::error("a callback of the loop threw", {{"error", std::string_view(e.what())}});
  }
}

}  // namespace

struct Loop::Impl {
  struct Watch {
    int fd;
    std::uint32_t generation;
    FdCallback callback;
  };

  Impl() : epoll(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  }
  ~Impl() { close(epoll); }

  bool control(int op, const Watch& watch, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = std::uint64_t{watch.generation} << 32 | static_cast<std::uint32_t>(watch.fd);
    return epoll_ctl(epoll, op, watch.fd, &event) == 0;
  }

  Watch* find(int fd) {
    const auto i = static_cast<std::size_t>(fd);
    return i < watches.size() ? watches[i].get() : nullptr;
  }

  void dispatch(const epoll_event& event) {
    const auto generation = static_cast<std::uint32_t>(event.data.u64 >> 32);
    Watch* watch = find(static_cast<int>(event.data.u64 & 0xffffffff));
    // An earlier callback of this turn may have closed the descriptor, and another may have got its
    // number.
    if (watch && watch->generation == generation) call(watch->callback, event.events);
  }

  void fire_timers() {
    const TimerHeap::Id limit = timers.next_id();
    std::optional<Nanos> lag;
    for (;;) {
      const MonoTime now = mono_now();
      auto due = timers.pop(now, limit);
      if (!due) break;
      lag = std::max(lag.value_or(Nanos::zero()), Nanos(now - due->when));
      call(due->callback);
    }
    if (lag) timer_lag.store(lag->count(), std::memory_order_relaxed);
  }

  void do_posted_work() {
    mail_waits = false;
    for (auto& work : mailbox.take()) call(work);
  }

  int epoll;
  Mailbox mailbox;
  TimerHeap timers;
  std::vector<std::unique_ptr<Watch>> watches;  // index: descriptor
  std::vector<std::unique_ptr<Watch>> retired;  // a callback may be running; freed after the turn
  std::uint32_t next_generation = 0;
  bool mail_waits = false;
  std::array<epoll_event, kEventsPerTurn> events;
  std::atomic<bool> stopping{false};
  std::atomic<Nanos::rep> timer_lag{0};
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {
  const bool watching =
      watch(impl_->mailbox.fd(), EPOLLIN, [this](std::uint32_t) { impl_->mail_waits = true; });
  if (!watching) throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

Loop::~Loop() = default;

bool Loop::watch(int fd, std::uint32_t events, FdCallback callback) {
  unwatch(fd);
  const auto i = static_cast<std::size_t>(fd);
  if (i >= impl_->watches.size()) impl_->watches.resize(i + 1);
  auto& watch = impl_->watches[i];
  watch =
      std::make_unique<Impl::Watch>(Impl::Watch{fd, impl_->next_generation++, std::move(callback)});
  if (impl_->control(EPOLL_CTL_ADD, *watch, events)) return true;
  watch.reset();
  return false;
}

bool Loop::change(int fd, std::uint32_t events) {
  const Impl::Watch* watch = impl_->find(fd);
  return watch && impl_->control(EPOLL_CTL_MOD, *watch, events);
}

void Loop::unwatch(int fd) {
  if (!impl_->find(fd)) return;
  auto& watch = impl_->watches[static_cast<std::size_t>(fd)];
  impl_->control(EPOLL_CTL_DEL, *watch, 0);
  impl_->retired.push_back(std::move(watch));
}

Loop::TimerId Loop::at(MonoTime when, std::function<void()> callback) {
  return impl_->timers.add(when, std::move(callback));
}

void Loop::cancel(TimerId id) { impl_->timers.cancel(id); }

void Loop::run() {
  while (!impl_->stopping.load()) turn(kLongWait);
  impl_->do_posted_work();
  impl_->stopping = false;
}

void Loop::turn(std::chrono::milliseconds max_wait) {
  Nanos timeout = max_wait;
  if (const auto next = impl_->timers.next()) {
    timeout = std::min<Nanos>(timeout, *next - mono_now());
  }
  const int n = wait_for_events(impl_->epoll, impl_->events, timeout);
  for (int i = 0; i < n; ++i) impl_->dispatch(impl_->events[static_cast<std::size_t>(i)]);
  impl_->fire_timers();
  if (impl_->mail_waits) impl_->do_posted_work();
  impl_->retired.clear();
}

void Loop::post(std::function<void()> work) { impl_->mailbox.post(std::move(work)); }

void Loop::stop() {
  impl_->stopping = true;
  impl_->mailbox.wake();
}

Nanos Loop::last_timer_lag() const {
  return Nanos(impl_->timer_lag.load(std::memory_order_relaxed));
}

}  // namespace llm
