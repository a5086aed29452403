#include "cli/harden.h"

#include <sys/resource.h>

#include <csignal>
#include <fstream>

namespace llm {

void harden_process() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  std::ofstream("/proc/self/coredump_filter") << "0x0";
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace llm
