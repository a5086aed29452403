#include "metrics/exposition.h"

#include "metrics/core_families.h"
#include "metrics/target_families.h"
#include "metrics/text_writer.h"

namespace llm {
namespace {

// Size of the text, guessed from above so that it is never copied to grow; memory that is not
// touched costs nothing. Series of a target that shows everything, and the mean of a line without
// its common labels, both counted.
constexpr std::size_t kSeriesPerTarget = 170;
constexpr std::size_t kBytesPerLine = 56;

std::vector<TargetView> read(const Roster& roster, WallTime now) {
  std::vector<TargetView> views;
  views.reserve(roster.entries.size());
  for (const auto& entry : roster.entries) views.emplace_back(*entry, to_unix_seconds(now));
  return views;
}

std::size_t expected_bytes(const std::vector<TargetView>& views) {
  std::size_t bytes = 16 << 10;
  for (const auto& r : views) bytes += kSeriesPerTarget * (kBytesPerLine + r.labels.size());
  return bytes;
}

void write_targets(TextWriter& out, const std::vector<TargetView>& views) {
  for (const auto& family : target_families()) {
    out.family(family.name, family.type, family.help);
    for (const auto& view : views) family.write(out, view);
  }
}

std::string_view type_name(MetricType type) {
  constexpr std::string_view names[] = {"counter", "gauge", "histogram", "summary", "untyped"};
  return names[static_cast<std::size_t>(type)];
}

}  // namespace

std::string render_targets(const Roster& roster, WallTime now, TextFormat format) {
  const auto views = read(roster, now);
  TextWriter out(format, expected_bytes(views));
  write_targets(out, views);
  return std::move(out).take();
}

std::string render_families(const std::vector<prometheus::MetricFamily>& families,
                            TextFormat format) {
  TextWriter out(format, 0);
  write_families(out, families);
  return std::move(out).take();
}

std::string render(const Roster& roster, const std::vector<prometheus::MetricFamily>& own,
                   WallTime now, TextFormat format) {
  const auto views = read(roster, now);
  TextWriter out(format, expected_bytes(views));
  write_targets(out, views);
  write_families(out, own);
  auto text = std::move(out).take();
  if (format == TextFormat::openmetrics) text += "# EOF\n";
  return text;
}

const std::vector<MetricDoc>& target_metric_docs() {
  static const auto docs = [] {
    std::vector<MetricDoc> rows;
    for (const auto& family : target_families()) {
      rows.push_back({family.name, type_name(family.type), family.help});
    }
    return rows;
  }();
  return docs;
}

}  // namespace llm
