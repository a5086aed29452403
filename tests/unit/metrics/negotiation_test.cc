#include <gtest/gtest.h>

#include "metrics/exposition.h"

namespace llm {
namespace {

TEST(Negotiation, OpenMetricsOnlyWhenPreferred) {
  struct Row {
    std::string_view accept;
    bool openmetrics;
  };
  const Row rows[] = {
      {"", false},
      {"*/*", false},
      {"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", false},
      {"application/openmetrics-text", true},
      {"application/openmetrics-text; version=1.0.0", true},
      {"Application/OpenMetrics-Text; Version=\"1.0.0\" ; charset=utf-8", true},
      {"application/openmetrics-text;version=0.0.1", false},
      {"application/openmetrics-text;version=2.0.0", false},
      // Prometheus 2.42 and 3.5.
      {"application/openmetrics-text;version=1.0.0,application/"
       "openmetrics-text;version=0.0.1;q=0.75,"
       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       true},
      {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
       "application/openmetrics-text;version=0.0.1;q=0.4,"
       "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/"
       "*;q=0.1",
       true},
      // Quality decides, then our default.
      {"text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.9", false},
      {"application/openmetrics-text,text/plain", false},
      {"application/openmetrics-text;q=0.2,text/plain;q=0.1", true},
      {"application/openmetrics-text;q=0", false},
      {"application/openmetrics-text;q=nonsense", false},
      {"application/openmetrics-text;q=7", false},
      // The more specific range wins, whatever its place.
      {"*/*;q=1,application/openmetrics-text;q=0.3", false},
      {"text/*;q=0.1,application/*;q=0.5", true},
      {"text/plain;q=0.1,*/*", true},
      {"application/openmetrics-text;q=0.9,application/openmetrics-text;version=1.0.0;q=0.1,"
       "text/plain;q=0.5",
       false},
      {"text/plain;version=1.0.0, application/*;q=0.1", true},
      // Garbage is no preference.
      {",;,=;q=,;;;", false},
      {"/", false},
      {"*", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(negotiate(row.accept) == TextFormat::openmetrics, row.openmetrics) << row.accept;
  }
}

TEST(Negotiation, ContentTypesNameTheVersion) {
  EXPECT_EQ(content_type(TextFormat::prometheus), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(content_type(TextFormat::openmetrics),
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

}  // namespace
}  // namespace llm
