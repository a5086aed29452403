#include "metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace llm {
namespace {

std::string read_file(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Seconds since the epoch when the machine started: line `btime` of /proc/stat.
std::optional<double> boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    double value = 0;
    if (words >> key >> value && key == "btime") return value;
  }
  return std::nullopt;
}

// Fields of /proc/self/stat from the third on; the second, the program's name, may hold anything.
std::vector<double> stat_fields() {
  const auto text = read_file("/proc/self/stat");
  const auto name_end = text.rfind(") ");
  std::vector<double> fields;
  if (name_end == std::string::npos) return fields;
  std::istringstream words(text.substr(name_end + 2));
  std::string state;
  words >> state;
  fields.push_back(0);  // the state is a letter
  for (double field = 0; words >> field;) fields.push_back(field);
  return fields;
}

std::optional<double> open_fds() {
  std::error_code error;
  std::filesystem::directory_iterator directory("/proc/self/fd", error);
  if (error) return std::nullopt;
  double count = -1;  // the listing itself takes one
  while (directory != std::filesystem::directory_iterator()) {
    ++count;
    directory.increment(error);
    if (error) return std::nullopt;
  }
  return count;
}

std::optional<double> max_fds() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

ProcessStats read_process_stats() {
  // Numbers of the fields as in proc(5), which counts from 1; ours begin with the third.
  enum Field { utime = 14 - 3, stime = 15 - 3, starttime = 22 - 3, vsize = 23 - 3, rss = 24 - 3 };
  const double ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  ProcessStats stats;
  stats.open_fds = open_fds();
  stats.max_fds = max_fds();
  const auto fields = stat_fields();
  if (fields.size() <= rss) return stats;
  stats.cpu_seconds = (fields[utime] + fields[stime]) / ticks_per_second;
  stats.virtual_bytes = fields[vsize];
  stats.resident_bytes = fields[rss] * static_cast<double>(sysconf(_SC_PAGESIZE));
  if (const auto boot = boot_time()) {
    stats.start_unix_seconds = *boot + fields[starttime] / ticks_per_second;
  }
  return stats;
}

}  // namespace llm
