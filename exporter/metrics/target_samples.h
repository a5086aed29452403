// Samples of one target, in the family that the writer is at.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "metrics/target_families.h"
#include "metrics/text_writer.h"

namespace llm {

// A gauge; an unknown value is no sample.
void put(TextWriter& out, const TargetView& r, double value, std::string_view more = {});
// One that only the last probe can tell: gone when that is too old.
void put_last(TextWriter& out, const TargetView& r, double value, std::string_view more = {});
void put_count(TextWriter& out, const TargetView& r, std::uint64_t value);
// Cumulative sum and count; quantiles of what the view holds, none when it is empty.
void put_summary(TextWriter& out, const TargetView& r, const Window& window, const WindowView& view,
                 std::initializer_list<double> quantiles);

void put_errors(TextWriter& out, const TargetView& r);  // every class
void put_tokens(TextWriter& out, const TargetView& r);  // every type
void put_phases(TextWriter& out, const TargetView& r);
void put_server_phases(TextWriter& out, const TargetView& r);
void put_prices(TextWriter& out, const TargetView& r);
// A limit that was reset since it was read is void; when the reset was is still true.
void put_limits(TextWriter& out, const TargetView& r, double LimitState::*member);
void put_utilization(TextWriter& out, const TargetView& r);
// Only a success tells who answers; the state remembers longer.
void put_model_info(TextWriter& out, const TargetView& r);

// `le` of every bucket, per format.
template <const auto& kBounds>
const auto& bucket_labels(TextFormat format) {
  constexpr std::size_t kBuckets = kBounds.size() + 1;
  const auto render = [](TextFormat f) {
    std::array<std::string, kBuckets> labels;
    for (std::size_t i = 0; i < kBounds.size(); ++i) labels[i] = label("le", bound(kBounds[i], f));
    labels.back() = label("le", "+Inf");
    return labels;
  };
  static const std::array<std::array<std::string, kBuckets>, 2> labels{
      render(TextFormat::prometheus), render(TextFormat::openmetrics)};
  return labels[static_cast<std::size_t>(format)];
}

template <const auto& kBounds>
void put_histogram(TextWriter& out, const TargetView& r,
                   const Histogram<kBounds.size()>& histogram) {
  const auto& les = bucket_labels<kBounds>(out.format());
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < les.size(); ++i) {
    cumulative += histogram.buckets[i];
    out.sample("_bucket", r.labels, les[i], cumulative);
  }
  out.sample("_sum", r.labels, {}, histogram.sum);
  out.sample("_count", r.labels, {}, histogram.count);
}

}  // namespace llm
