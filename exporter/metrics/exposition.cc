#include "metrics/exposition.h"

#include <cmath>
#include <limits>

#include "metrics/target_families.h"
#include "metrics/text_writer.h"

namespace llm {
namespace {

// Size of the text, guessed from above so that it is never copied to grow: series of a target, and
// bytes of a line beside its labels (126 series and 50 bytes, measured).
constexpr std::size_t kSeriesPerTarget = 135;
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

MetricType type_of(const prometheus::MetricFamily& family, TextFormat format) {
  switch (family.type) {
    case prometheus::MetricType::Counter:
      // OpenMetrics knows no counter of another name.
      return format == TextFormat::openmetrics && !family.name.ends_with("_total")
                 ? MetricType::untyped
                 : MetricType::counter;
    case prometheus::MetricType::Gauge:
      return MetricType::gauge;
    case prometheus::MetricType::Summary:
      return MetricType::summary;
    case prometheus::MetricType::Histogram:
      return MetricType::histogram;
    default:
      return MetricType::untyped;
  }
}

void write_summary(TextWriter& out, const std::string& labels,
                   const prometheus::ClientMetric::Summary& summary) {
  for (const auto& q : summary.quantile) {
    out.sample({}, labels, label("quantile", bound(q.quantile, out.format())), q.value);
  }
  out.sample("_sum", labels, {}, summary.sample_sum);
  out.sample("_count", labels, {}, summary.sample_count);
}

void write_histogram(TextWriter& out, const std::string& labels,
                     const prometheus::ClientMetric::Histogram& histogram) {
  bool has_inf = false;
  for (const auto& bucket : histogram.bucket) {
    out.sample("_bucket", labels, label("le", bound(bucket.upper_bound, out.format())),
               bucket.cumulative_count);
    has_inf |= std::isinf(bucket.upper_bound);
  }
  if (!has_inf) out.sample("_bucket", labels, R"(le="+Inf")", histogram.sample_count);
  out.sample("_sum", labels, {}, histogram.sample_sum);
  out.sample("_count", labels, {}, histogram.sample_count);
}

void write_metric(TextWriter& out, prometheus::MetricType type,
                  const prometheus::ClientMetric& metric) {
  std::string labels;
  for (const auto& l : metric.label) {
    if (!labels.empty()) labels += ',';
    labels += label(l.name, l.value);
  }
  switch (type) {
    case prometheus::MetricType::Counter:
      return out.sample(labels, metric.counter.value);
    case prometheus::MetricType::Gauge:
      return out.sample(labels, metric.gauge.value);
    case prometheus::MetricType::Summary:
      return write_summary(out, labels, metric.summary);
    case prometheus::MetricType::Histogram:
      return write_histogram(out, labels, metric.histogram);
    default:
      return out.sample(labels, metric.untyped.value);
  }
}

void write_families(TextWriter& out, const std::vector<prometheus::MetricFamily>& families) {
  for (const auto& family : families) {
    out.family(family.name, type_of(family, out.format()), family.help);
    for (const auto& metric : family.metric) write_metric(out, family.type, metric);
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
