// Prometheus' own opinion of what we expose.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "metrics/exposition.h"
#include "metrics/self.h"
#include "unit/metrics/make_roster.h"

namespace llm {
namespace {

using namespace test;

struct Verdict {
  int status = -1;
  std::string output;
};

Verdict run_promtool(const std::string& exposition) {
  const std::string path = testing::TempDir() + "llm_exposition.txt";
  std::ofstream(path) << exposition;
  Verdict verdict;
  FILE* pipe = popen(("promtool check metrics <" + path + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return verdict;
  char buffer[4096];
  while (const auto n = fread(buffer, 1, sizeof buffer, pipe)) verdict.output.append(buffer, n);
  verdict.status = WEXITSTATUS(pclose(pipe));
  std::remove(path.c_str());
  return verdict;
}

TEST(Promtool, FindsNothing) {
  if (std::system("promtool --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no promtool";
  auto stream = make_target();
  stream->throughput_threshold = 100;
  auto models = make_target(Kind::models);
  TargetState streamed, listed;
  record(streamed, make_full_result(stream), at(kNow));
  auto list = make_full_result(models);
  list.models_count = 3;
  record(listed, list, at(kNow));
  const Roster roster{{make_entry(stream, streamed), make_entry(models, listed)}};
  SelfMetrics self({"1.2.3", "abc", "eu"});
  self.reload_succeeded(at(kNow), "eu");

  const auto text = render(roster, self.collect({}), at(kNow), TextFormat::prometheus);
  const auto verdict = run_promtool(text);
  EXPECT_EQ(verdict.status, 0);
  EXPECT_EQ(verdict.output, "");
  // It would have told.
  EXPECT_NE(run_promtool(text + "llm_probe_attempts_total 1 2 3\n").status, 0);
}

}  // namespace
}  // namespace llm
