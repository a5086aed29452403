#include "web/bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "web/html.h"
#include "web/words.h"

namespace llm {
namespace {

// Each run in words is an element with a title; of a target that flaps, the newest must do, lest a
// page of many such targets grow heavy.
constexpr std::size_t kMaxTitles = 12;

constexpr double kHeight = 10;     // of a bar, in its own units
constexpr double kCellWidth = 10;  // likewise; the style draws 8 and leaves 2 (stroke-dasharray)
constexpr double kProbeWidth = 7;  // of a single probe: 64 in an hour leave gaps

struct Drawing {
  std::string_view name;  // class in the style
  double height;
};
Drawing drawing(MarkClass mark_class) {
  constexpr Drawing drawings[] = {{"x", 3}, {"g", 6}, {"w", 7}, {"s", 8}, {"f", kHeight}};
  return drawings[static_cast<std::size_t>(mark_class)];
}

// A bar that ends with the present stretch of the clock.
struct Axis {
  double seconds;  // of the whole bar
  double cell_seconds;
  double now;
  double width() const { return seconds / cell_seconds * kCellWidth; }
  double x(const Mark& mark) const {
    if (!mark.stretch) {
      const double age = std::clamp(now - mark.from, 0.0, seconds);
      return std::round(std::max(width() - age / cell_seconds * kCellWidth - kProbeWidth, 0.0));
    }
    const double begin = (std::floor(now / cell_seconds) + 1) * cell_seconds - seconds;
    return std::round((mark.from - begin) / cell_seconds * kCellWidth);
  }
};

// A horizontal line as thick as the class is high; dashes make cells of it.
std::string path_of(const Mark& run, const std::vector<Mark>& marks, const Axis& axis) {
  const double y = kHeight - drawing(class_of(run)).height / 2;
  if (run.stretch)
    return fmt::format("M{} {}h{}", axis.x(run), y, static_cast<double>(run.count) * kCellWidth);
  std::string path;
  double pen = 0;
  for (std::size_t i = run.first; i < run.first + run.count; ++i) {
    const double x = axis.x(marks[i]);
    path += path.empty() ? fmt::format("M{} {}h{}", x, y, kProbeWidth)
                         : fmt::format("m{} 0h{}", x - pen, kProbeWidth);
    pen = x + kProbeWidth;
  }
  return path;
}

std::string path_element(const Drawing& drawing, bool cells, const std::string& path) {
  return fmt::format("<path class=\"{}{}\" d=\"{}\"/>", drawing.name, cells ? " c" : "", path);
}

// A run with its words, which show wherever in its stretch the mouse is.
std::string titled(const Mark& run, const std::vector<Mark>& marks, const Axis& axis) {
  const double x = axis.x(run);
  const double end = run.stretch ? x + static_cast<double>(run.count) * kCellWidth
                                 : axis.x(marks[run.first + run.count - 1]) + kProbeWidth;
  return fmt::format("<g><title>{}</title><rect x=\"{}\" width=\"{}\" height=\"{}\"/>{}</g>",
                     escape_html(words(run)), x, end - x, kHeight,
                     path_element(drawing(class_of(run)), run.stretch, path_of(run, marks, axis)));
}

std::string bar(const std::vector<Mark>& marks, const Axis& axis) {
  const auto all = runs(marks);
  const auto untitled = all.size() - std::min(all.size(), kMaxTitles);
  std::array<std::string, kMarkClasses> paths;
  for (std::size_t i = 0; i < untitled; ++i)
    paths[static_cast<std::size_t>(class_of(all[i]))] += path_of(all[i], marks, axis);
  auto svg = fmt::format(
      "<svg class=\"bar\" viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
      axis.width(), kHeight);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (!paths[i].empty())
      svg += path_element(drawing(MarkClass(i)), all.front().stretch, paths[i]);
  }
  for (std::size_t i = untitled; i < all.size(); ++i) svg += titled(all[i], marks, axis);
  return svg + "</svg>";
}

}  // namespace

std::string hour_bar(const std::vector<Mark>& marks, double now) {
  return bar(marks, {kHourSeconds, 60, now});
}

std::string day_bar(const std::vector<Mark>& marks, double now) {
  return bar(marks, {kDaySeconds, 900, now});
}

std::string ttft_trend(const History& history) {
  double longest = 0, shortest = kUnknown;
  std::size_t samples = 0;
  for (std::size_t back = 0; back < history.size; ++back) {
    const double ttft = recent(history, back).ttft_seconds;
    if (std::isnan(ttft)) continue;
    longest = std::max(longest, ttft);
    shortest = std::fmin(shortest, ttft);
    ++samples;
  }
  if (samples < 2 || !(longest > 0)) return {};
  // A probe without a sample is a gap in the line.
  std::string path;
  bool pen_down = false;
  for (std::size_t i = 0; i < history.size; ++i) {
    const double ttft = recent(history, history.size - 1 - i).ttft_seconds;
    if (std::isnan(ttft)) {
      pen_down = false;
      continue;
    }
    path += fmt::format("{}{} {:.2g}", pen_down ? 'L' : 'M', i, kHeight * (1 - ttft / longest));
    pen_down = true;
  }
  return fmt::format(
      "<svg class=\"trend\" viewBox=\"-1 -1 {} {}\" preserveAspectRatio=\"none\" "
      "aria-hidden=\"true\"><title>TTFT of the last {} good probes: {:.2f}–{}</title>"
      "<rect x=\"-1\" y=\"-1\" width=\"100%\" height=\"100%\"/><path d=\"{}\"/></svg>",
      std::max<std::size_t>(history.size, 2) + 1, kHeight + 2, samples, shortest,
      seconds_words(longest), path);
}

}  // namespace llm
