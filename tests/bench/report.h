// Lines of the benchmark's table, tab-separated on stdout (run.sh aligns them), and progress on
// stderr.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace llm::bench {

struct Row {
  std::string what;
  std::string measured;
  std::string peer = "-";   // what it is compared with, measured in the same run
  std::string ratio = "-";  // measured / peer
  std::string bar = "-";    // design §8
  std::optional<bool> met = std::nullopt;
};

inline void report(const Row& row) {
  const char* verdict = row.met ? (*row.met ? "met" : "not met") : "-";
  fmt::print("{}\t{}\t{}\t{}\t{}\t{}\n", row.what, row.measured, row.peer, row.ratio, row.bar,
             verdict);
  std::fflush(stdout);
}

// `ours` against `peers` times `bar` at most.
inline void report_ratio(std::string what, std::string_view unit, double ours,
                         std::string_view peer_name, double peers, std::optional<double> bar) {
  const double ratio = ours / peers;
  report({.what = std::move(what),
          .measured = fmt::format("{:.0f} {}", ours, unit),
          .peer = fmt::format("{} {:.0f} {}", peer_name, peers, unit),
          .ratio = fmt::format("{:.2f}", ratio),
          .bar = bar ? fmt::format("<= {:.2f}", *bar) : "-",
          .met = bar ? std::optional(ratio <= *bar) : std::nullopt});
}

// A figure that has a bar of its own.
inline void report_figure(std::string what, double figure, std::string_view unit,
                          std::optional<double> bar, int digits = 1) {
  report({.what = std::move(what),
          .measured = fmt::format("{:.{}f} {}", figure, digits, unit),
          .bar = bar ? fmt::format("<= {} {}", *bar, unit) : "-",
          .met = bar ? std::optional(figure <= *bar) : std::nullopt});
}

template <class... Args>
void progress(fmt::format_string<Args...> format, Args&&... args) {
  fmt::print(stderr, "bench: {}\n", fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace llm::bench
