// prometheus-cpp core's model through our writer, which escapes what its own serializer does not.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "metrics/text_writer.h"

namespace llm {

void write_families(TextWriter& out, const std::vector<prometheus::MetricFamily>& families);

}  // namespace llm
