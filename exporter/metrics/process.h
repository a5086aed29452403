// What Linux tells about this process, for the process_* metrics that every exporter has.
#pragma once

#include <optional>

namespace llm {

// A member is empty where /proc does not tell.
struct ProcessStats {
  std::optional<double> cpu_seconds;  // user and system
  std::optional<double> open_fds, max_fds;
  std::optional<double> resident_bytes, virtual_bytes;
  std::optional<double> start_unix_seconds;
};

ProcessStats read_process_stats();

}  // namespace llm
