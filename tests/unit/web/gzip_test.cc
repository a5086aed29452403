#include "web/gzip.h"

#include <gtest/gtest.h>

#include "unit/web/raw_client.h"

namespace llm {
namespace {

TEST(AcceptsGzip, FollowsRfc9110) {
  const struct {
    const char* header;
    bool accepted;
  } rows[] = {
      {"", false},
      {"gzip", true},
      {"GZIP", true},
      {"x-gzip", true},
      {"identity", false},
      {"deflate, gzip;q=1.0, *;q=0.5", true},
      {"gzip;q=0", false},
      {"gzip; q=0.000", false},
      {"gzip;q=0.001", true},
      {"br, deflate", false},
      {"*", true},
      {"*;q=0", false},
      {"gzip;q=0, *", false},
      {"*;q=0, gzip", true},
      {"notgzip", false},
      {",,;;,gzip", true},
      {"gzip;", true},
  };
  for (const auto& row : rows) EXPECT_EQ(accepts_gzip(row.header), row.accepted) << row.header;
}

TEST(Gzip, ComesBackAsItWas) {
  std::string incompressible;
  for (unsigned i = 0, x = 1; i < 100'000; ++i) {
    incompressible += static_cast<char>((x = x * 1'664'525 + 1'013'904'223) >> 24);
  }
  for (const auto& text : {std::string(), std::string("a"), std::string(1 << 20, 'x'),
                           std::string("\0\r\n\xff", 4), incompressible}) {
    EXPECT_EQ(test::gunzip(gzip(text)), text);
  }
  EXPECT_LT(gzip(std::string(1 << 20, 'x')).size(), 10'000U);
}

}  // namespace
}  // namespace llm
