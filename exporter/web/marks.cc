#include "web/marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "web/words.h"

namespace llm {
namespace {

// The shortest interval of which a bar of an hour can show every probe; a little less than a
// minute, lest rounding matter.
constexpr double kSingleProbeInterval = 59;

Mark mark_of(const RecentProbe& probe) {
  Mark mark;
  mark.from = mark.to = probe.at_unix_seconds;
  mark.slow = probe.slow;
  mark.cheaper = probe.cheaper;
  mark.http_status = probe.http_status;
  mark.tally = tally_of(probe.outcome);
  if (success(probe.outcome)) mark.ttft_min = mark.ttft_max = double{probe.ttft_seconds};
  return mark;
}

std::vector<Mark> single_probes(const History& history, double not_before) {
  std::vector<Mark> marks;
  for (std::size_t back = history.size; back-- > 0;) {
    const auto& probe = recent(history, back);
    if (probe.at_unix_seconds >= not_before) marks.push_back(mark_of(probe));
  }
  return marks;
}

template <class Ring>
std::vector<Mark> stretches(const Ring& ring, double now) {
  std::vector<Mark> marks;
  for (std::size_t back = Ring::kCells; back-- > 0;) {
    Mark mark;
    mark.tally = ring.at(now, back);
    if (mark.tally.probes() == 0) continue;
    mark.stretch = true;
    mark.from =
        (std::floor(now / Ring::kCellSeconds) - static_cast<double>(back)) * Ring::kCellSeconds;
    mark.to = std::min(mark.from + Ring::kCellSeconds, now);
    marks.push_back(mark);
  }
  return marks;
}

bool alike(const Mark& a, const Mark& b) {
  return class_of(a) == class_of(b) && a.tally.worst == b.tally.worst &&
         a.http_status == b.http_status && a.cheaper == b.cheaper && (!a.stretch || a.to == b.from);
}

void extend(Mark& run, const Mark& next) {
  run.to = next.to;
  ++run.count;
  run.tally += next.tally;
  run.ttft_min = std::fmin(run.ttft_min, next.ttft_min);  // the known one of two
  run.ttft_max = std::fmax(run.ttft_max, next.ttft_max);
}

std::string ttft_words(const Mark& run) {
  if (std::isnan(run.ttft_min)) return {};
  if (run.ttft_min == run.ttft_max) return ", TTFT " + seconds_words(run.ttft_min);
  return fmt::format(", TTFT {:.2f}–{}", run.ttft_min, seconds_words(run.ttft_max));
}

std::string single_words(const Mark& run) {
  auto text = outcome_words(run.tally.worst);
  if (run.tally.probes() > 1) text = fmt::format("{} × {}", run.tally.probes(), text);
  if (!success(run.tally.worst) && run.http_status != 0)
    text += fmt::format(", HTTP {}", run.http_status);
  if (run.slow) text += ", slow";
  if (run.cheaper) text += ", by a cheaper check";
  return text + ttft_words(run);
}

std::string stretch_words(const Tally& tally) {
  std::string text;
  const auto add = [&text](std::uint32_t count, std::string_view what) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  add(tally.good, "good");
  add(tally.failed, "failed");
  add(tally.excluded, "not counted");
  if (!success(tally.worst)) text += fmt::format(" ({})", outcome_words(tally.worst));
  return text;
}

}  // namespace

MarkClass class_of(const Mark& mark) {
  const auto& t = mark.tally;
  if (t.failed > 0) return t.failed >= t.good ? MarkClass::failed : MarkClass::some_failed;
  if (t.excluded > 0 && t.excluded >= t.good) return MarkClass::excluded;
  return mark.slow ? MarkClass::slow : MarkClass::good;
}

std::vector<Mark> hour_marks(const History& history, const Target& target, double now) {
  const bool fits = to_seconds(target.interval) >= kSingleProbeInterval;
  return fits && recent_covers_hour(history, now) ? single_probes(history, now - kHourSeconds)
                                                  : stretches(history.hour, now);
}

std::vector<Mark> day_marks(const History& history, double now) {
  return stretches(history.day, now);
}

std::vector<Mark> recent_marks(const History& history) { return single_probes(history, 0); }

std::vector<Mark> runs(const std::vector<Mark>& marks) {
  std::vector<Mark> result;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (!result.empty() && alike(marks[i - 1], marks[i])) {
      extend(result.back(), marks[i]);
      continue;
    }
    result.push_back(marks[i]);
    result.back().first = i;
    result.back().count = 1;
  }
  return result;
}

std::string words(const Mark& run) {
  const bool seconds = time_of_day(run.from, false) == time_of_day(run.to, false);
  auto when = time_of_day(run.from, seconds);
  if (run.from != run.to) when += "–" + time_of_day(run.to, seconds);
  return fmt::format("{} UTC: {}", when,
                     run.stretch ? stretch_words(run.tally) : single_words(run));
}

}  // namespace llm
