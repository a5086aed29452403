// Another process of the benchmark. It cannot outlive this one: the kernel kills it when this
// thread ends, however it ends.
#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/measure.h"

namespace llm::bench {

class Child {
 public:
  // Runs a program on one core, with everything it says in `log`.
  Child(const std::vector<std::string>& argv, int cpu, const std::string& log) {
    std::vector<char*> args;
    for (const auto& arg : argv) args.push_back(const_cast<char*>(arg.c_str()));
    args.push_back(nullptr);
    start(cpu, [&] {
      const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      dup2(fd, STDOUT_FILENO);
      dup2(fd, STDERR_FILENO);
      execvp(args[0], args.data());
    });
  }
  // Runs `body` in a copy of this process.
  Child(int cpu, const std::function<void()>& body) { start(cpu, body); }
  ~Child() {
    if (pid_ < 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  Child& operator=(Child&&) = delete;

  pid_t pid() const { return pid_; }
  bool alive() const {
    siginfo_t ended{};
    waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
    return ended.si_pid == 0;
  }

 private:
  void start(int cpu, const std::function<void()>& body) {
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent) {  // it may have ended before prctl
      pin(cpu);
      body();
    }
    _exit(127);
  }

  pid_t pid_ = -1;
};

// Keeps a core busy while it lives, as a program of somebody else would: in a session, and so in a
// scheduling group, of its own.
class Spinner : Child {
 public:
  explicit Spinner(int cpu)
      : Child(cpu, [] {
          setsid();
          for (volatile bool go = true; go;) {
          }
        }) {}
};

}  // namespace llm::bench
