#include "simulator/server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <queue>
#include <thread>

#include "simulator/connection.h"
#include "simulator/listener.h"

namespace llm::sim {
namespace {

constexpr std::size_t kReadBuffer = 64 << 10;  // one for all; more than a TLS record
constexpr int kEvents = 512;                   // per epoll call
constexpr int kAcceptsInARow = 256;

// Of one file descriptor's successive connections only the one that asked is called.
struct Timer {
  MonoTime at;
  int fd;
  std::uint32_t generation;
  friend bool operator>(const Timer& a, const Timer& b) { return a.at > b.at; }
};

struct Slot {
  std::unique_ptr<Connection> connection;
  std::uint32_t generation = 0;
  std::uint32_t interest = 0;
  std::optional<MonoTime> armed;
};

std::uint64_t pack(int fd, std::uint32_t generation) {
  return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(fd);
}

}  // namespace

struct SimServer::Impl {
  Impl(SimServerOptions server_options, Handler handler, Listener bound, SslContext context)
      : options(std::move(server_options)),
        listener(std::move(bound)),
        ssl(std::move(context)),
        shared{.handler = std::move(handler),
               .sent = Records<SentEvent>(options.record_limit),
               .seen = Records<SeenRequest>(options.record_limit),
               .read_buffer = std::vector<char>(kReadBuffer)} {}

  bool open();  // false: errno says why
  void run();
  void wait();
  void dispatch(const epoll_event& event);
  void run_timers();
  void accept_all();
  void accept_and_close();
  void add(Fd fd);
  // After a call of the slot's connection: forgets it, or waits for what it wants now.
  void settle(int fd, bool alive);

  const SimServerOptions options;
  const Listener listener;
  const SslContext ssl;
  ConnectionContext shared;

  Fd epoll, wake, spare;
  bool stopping = false;
  std::vector<Slot> slots;  // by file descriptor
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers;
  std::thread thread;
};

bool SimServer::Impl::open() {
  epoll = Fd(::epoll_create1(EPOLL_CLOEXEC));
  wake = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  spare = Fd(::eventfd(0, EFD_CLOEXEC));
  if (!epoll.valid() || !wake.valid() || !spare.valid()) return false;
  for (const int fd : {listener.fd.get(), wake.get()}) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = pack(fd, 0)}};
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) return false;
  }
  return true;
}

void SimServer::Impl::run() {
  // Signals are for the threads that know what to do with them; SIGPIPE (OpenSSL writes with
  // write(2)) is for nobody.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // ns; the default of 50 us would be in every token's time
  while (!stopping) {
    wait();
    run_timers();
  }
}

void SimServer::Impl::wait() {
  timespec timeout{};
  const timespec* until = nullptr;
  if (!timers.empty()) {
    const auto left = std::max(Nanos(0), Nanos(timers.top().at - mono_now()));
    timeout = {.tv_sec = left.count() / 1'000'000'000, .tv_nsec = left.count() % 1'000'000'000};
    until = &timeout;
  }
  epoll_event events[kEvents];
  const int count = ::epoll_pwait2(epoll.get(), events, kEvents, until, nullptr);
  for (int i = 0; i < count; ++i) dispatch(events[i]);
}

void SimServer::Impl::dispatch(const epoll_event& event) {
  const auto fd = static_cast<int>(event.data.u64 & 0xffffffff);
  const auto generation = static_cast<std::uint32_t>(event.data.u64 >> 32);
  if (fd == wake.get()) {
    stopping = true;
  } else if (fd == listener.fd.get()) {
    accept_all();
  } else if (auto& slot = slots[static_cast<std::size_t>(fd)];
             slot.connection && slot.generation == generation) {
    settle(fd, slot.connection->on_ready(event.events));
  }
}

void SimServer::Impl::run_timers() {
  const auto now = mono_now();
  while (!timers.empty() && timers.top().at <= now) {
    const auto timer = timers.top();
    timers.pop();
    auto& slot = slots[static_cast<std::size_t>(timer.fd)];
    if (!slot.connection || slot.generation != timer.generation || slot.armed != timer.at) continue;
    slot.armed.reset();
    settle(timer.fd, slot.connection->on_timer());
  }
}

void SimServer::Impl::accept_all() {
  for (int i = 0; i < kAcceptsInARow; ++i) {
    const int fd = ::accept4(listener.fd.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE)) accept_and_close();
    if (fd < 0) return;
    add(Fd(fd));
  }
}

// Out of descriptors: a connection that stays in the queue would wake us for ever.
void SimServer::Impl::accept_and_close() {
  spare.reset();
  Fd(::accept4(listener.fd.get(), nullptr, nullptr, SOCK_CLOEXEC)).reset();
  spare = Fd(::eventfd(0, EFD_CLOEXEC));
}

void SimServer::Impl::add(Fd accepted) {
  const int fd = accepted.get();
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (slots.size() <= static_cast<std::size_t>(fd)) slots.resize(static_cast<std::size_t>(fd) + 1);
  auto& slot = slots[static_cast<std::size_t>(fd)];
  const auto delay = options.accept_delay + (options.tls ? options.tls->handshake_delay : Nanos(0));
  slot.connection = std::make_unique<Connection>(Transport(std::move(accepted), ssl.get()),
                                                 mono_now() + delay, &shared);
  slot.interest = slot.connection->interest();
  slot.armed.reset();
  epoll_event event{.events = slot.interest, .data = {.u64 = pack(fd, ++slot.generation)}};
  ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event);
  settle(fd, delay > Nanos(0) || slot.connection->on_timer());
}

void SimServer::Impl::settle(int fd, bool alive) {
  auto& slot = slots[static_cast<std::size_t>(fd)];
  if (!alive) {
    slot.connection.reset();  // closes the descriptor, which leaves epoll
    return;
  }
  if (const auto interest = slot.connection->interest(); interest != slot.interest) {
    slot.interest = interest;
    epoll_event event{.events = interest, .data = {.u64 = pack(fd, slot.generation)}};
    ::epoll_ctl(epoll.get(), EPOLL_CTL_MOD, fd, &event);
  }
  if (const auto due = slot.connection->due(); due != slot.armed) {
    slot.armed = due;
    if (due) timers.push({*due, fd, slot.generation});
  }
}

Result<std::unique_ptr<SimServer>> SimServer::start(SimServerOptions options, Handler handler) {
  auto listener = listen_on(options.listen);
  if (!listener) return Err{listener.error()};
  SslContext ssl;
  if (options.tls) {
    auto context = make_server_context(*options.tls);
    if (!context) return Err{context.error()};
    ssl = std::move(*context);
  }
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler), std::move(*listener),
                                     std::move(ssl));
  if (!impl->open()) return Err{fmt::format("simulator: epoll: {}", std::strerror(errno))};
  impl->thread = std::thread([server = impl.get()] { server->run(); });
  return std::unique_ptr<SimServer>(new SimServer(std::move(impl)));
}

SimServer::SimServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SimServer::~SimServer() {
  ::eventfd_write(impl_->wake.get(), 1);
  impl_->thread.join();
}

int SimServer::port() const { return impl_->listener.port; }
std::vector<SentEvent> SimServer::sent() const { return impl_->shared.sent.copy(); }
std::vector<SeenRequest> SimServer::seen() const { return impl_->shared.seen.copy(); }

}  // namespace llm::sim
