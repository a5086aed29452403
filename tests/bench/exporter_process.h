// The exporter itself, the real binary, on the core of the clients.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include "bench/bench_setup.h"
#include "bench/http_get.h"

namespace llm::bench {

class ExporterProcess {
 public:
  ExporterProcess(const Setup& setup, const std::string& name, const std::string& config,
                  int cpu = kClientCpu)
      : port_(free_port()),
        log_(fmt::format("{}/{}.log", setup.folder, name)),
        child_({setup.exporter, "--config.file=" + setup.write(name + ".yml", config),
                fmt::format("--web.listen-address=127.0.0.1:{}", port_), "--log.level=error"},
               cpu, log_) {}

  pid_t pid() const { return child_.pid(); }
  std::string metrics_url() const { return fmt::format("http://127.0.0.1:{}/metrics", port_); }
  void wait() const { wait_for_port(child_, port_, log_); }
  std::string scrape() const { return HttpGet()(metrics_url()); }

 private:
  int port_;
  std::string log_;
  Child child_;
};

// Sum of all samples of a metric in a text exposition.
inline double sum_of(std::string_view text, std::string_view metric) {
  double sum = 0;
  const auto start = "\n" + std::string(metric);
  for (auto at = text.find(start); at != text.npos; at = text.find(start, at + 1)) {
    const auto rest = text.substr(at + start.size());
    if (!rest.starts_with('{') && !rest.starts_with(' ')) continue;
    const auto line = rest.substr(0, rest.find('\n'));
    sum += std::atof(std::string(line.substr(line.rfind(' ') + 1)).c_str());
  }
  return sum;
}

}  // namespace llm::bench
