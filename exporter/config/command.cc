#include "config/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>

#include "base/time.h"

extern char** environ;

namespace llm {
namespace {

constexpr const char* kInterrupted = "was interrupted by a signal";

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// A running program. Destroying it kills what still runs and leaves no zombie.
class Child {
 public:
  // By number, because glibc 2.36 declares pidfd_open for C only.
  explicit Child(pid_t pid)
      : pid_(pid), exit_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)), exit_(std::move(other.exit_)) {}
  ~Child() {
    if (pid_ == 0) return;
    ::kill(-pid_, SIGKILL);  // its own group: a shell script's children end too
    wait();
  }
  int exit_fd() const { return exit_.get(); }  // readable once it has ended; -1 if unsupported

  // The status as waitpid gives it. Blocks until the program has ended.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_;
  Fd exit_;
};

class SpawnSettings {
 public:
  explicit SpawnSettings(int output) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    // We block signals and ignore SIGPIPE; programs expect neither.
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

Result<Child> start(const std::vector<std::string>& argv, int output) {
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const SpawnSettings settings(output);
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, words[0], settings.actions(), settings.attributes(),
                                   words.data(), environ);
  if (error != 0) return Err{fmt::format("cannot be started: {}", std::strerror(error))};
  return Child(pid);
}

// Appends what there is. False once nothing more will come.
bool read_some(int fd, std::string& text, std::size_t max_bytes) {
  char buffer[4'096];
  while (text.size() <= max_bytes) {
    const auto wanted = std::min(sizeof buffer, max_bytes + 1 - text.size());
    const auto got = ::read(fd, buffer, wanted);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return false;
}

// So that a program is not even started once we are told to stop.
bool is_readable(int fd) {
  pollfd event{fd, POLLIN, 0};
  return ::poll(&event, 1, 0) > 0;
}

enum class Outcome : std::uint8_t { read, out_of_time, interrupted };

// Reads until the program has ended: a child of it that keeps the pipe open is not waited for.
Outcome read_until_exit(const Child& child, int output, int interrupt_fd, std::string& text,
                        std::size_t max_bytes, MonoTime deadline) {
  bool open = true;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - mono_now()).count();
    if (left <= 0) return Outcome::out_of_time;
    pollfd events[] = {
        {child.exit_fd(), POLLIN, 0}, {open ? output : -1, POLLIN, 0}, {interrupt_fd, POLLIN, 0}};
    if (::poll(events, std::size(events), static_cast<int>(left)) < 0) {
      if (errno != EINTR) return Outcome::out_of_time;
      continue;
    }
    if (events[2].revents != 0) return Outcome::interrupted;
    if (open) open = read_some(output, text, max_bytes);
    if (text.size() > max_bytes) return Outcome::read;
    if (!open && child.exit_fd() < 0) return Outcome::read;
    if ((events[0].revents & POLLIN) != 0) {
      if (open) read_some(output, text, max_bytes);
      return Outcome::read;
    }
  }
}

}  // namespace

Result<std::string> run_command(const std::vector<std::string>& argv, std::size_t max_bytes,
                                std::chrono::milliseconds time_limit, int interrupt_fd) {
  if (is_readable(interrupt_fd)) return Err{kInterrupted};
  const auto deadline = mono_now() + time_limit;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Err{std::string(std::strerror(errno))};
  const Fd output(ends[0]);
  std::optional<Fd> input(ends[1]);
  ::fcntl(output.get(), F_SETFL, O_NONBLOCK);

  auto child = start(argv, input->get());
  if (!child) return Err{child.error()};
  input.reset();

  std::string text;
  const auto outcome =
      read_until_exit(*child, output.get(), interrupt_fd, text, max_bytes, deadline);
  if (outcome == Outcome::interrupted) return Err{kInterrupted};  // the destructor ends the program
  if (outcome == Outcome::out_of_time) {
    return Err{fmt::format("did not finish within {} s",
                           std::chrono::duration_cast<std::chrono::seconds>(time_limit).count())};
  }
  if (text.size() > max_bytes) return text;
  const int status = child->wait();
  if (WIFSIGNALED(status)) return Err{fmt::format("ended by signal {}", WTERMSIG(status))};
  if (WEXITSTATUS(status) != 0) {
    return Err{fmt::format("failed with exit code {}", WEXITSTATUS(status))};
  }
  return text;
}

}  // namespace llm
