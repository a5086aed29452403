// What the benchmarks measure with: CPU clocks, memory, percentiles, the noise of the machine.
#pragma once

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

namespace llm::bench {

// The servers share one core and the client under measurement has the other one to itself.
inline constexpr int kServerCpu = 0;
inline constexpr int kClientCpu = 1;

// This thread, and every thread and process it starts later. A machine without that core runs it
// where it can.
inline void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
}

// CPU time of a process, all its threads, user and system: what /proc/PID/stat gives in ticks of
// 10 ms, in nanoseconds. 0 is this process.
inline double cpu_seconds(pid_t pid = 0) {
  clockid_t clock;
  timespec t{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

inline double resident_bytes(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  double total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

inline std::int64_t realtime_ns() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

// By nearest rank; NaN of nothing.
inline double percentile(std::vector<double> samples, double q) {
  if (samples.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(samples.begin(), samples.end());
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(samples.size())));
  return samples[std::max<std::size_t>(rank, 1) - 1];
}

// Share of the machine's time that the hypervisor gave to somebody else since the last call: above
// 1 % the figures of that stretch are worth less.
class Steal {
 public:
  Steal() { percent(); }
  double percent() {
    std::ifstream stat("/proc/stat");
    std::string name;
    stat >> name;
    double total = 0, stolen = 0, value = 0;
    for (int column = 0; column < 8 && stat >> value; ++column) {
      total += value;
      if (column == 7) stolen = value;
    }
    const double share = total > total_ ? 100 * (stolen - stolen_) / (total - total_) : 0;
    total_ = total;
    stolen_ = stolen;
    return share;
  }

 private:
  double total_ = 0, stolen_ = 0;
};

}  // namespace llm::bench
