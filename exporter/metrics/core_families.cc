#include "metrics/core_families.h"

#include <cmath>
#include <string>

namespace llm {
namespace {

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

}  // namespace

void write_families(TextWriter& out, const std::vector<prometheus::MetricFamily>& families) {
  for (const auto& family : families) {
    out.family(family.name, type_of(family, out.format()), family.help);
    for (const auto& metric : family.metric) write_metric(out, family.type, metric);
  }
}

}  // namespace llm
