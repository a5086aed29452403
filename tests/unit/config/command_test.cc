// The time limit of commands, with a limit that a test can wait for.
#include "config/command.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace llm {
namespace {

using namespace std::chrono_literals;

TEST(Command, EndsAtItsTimeLimit) {
  const auto output = run_command({"sleep", "600"}, 100, 1s);
  ASSERT_FALSE(output.ok());
  EXPECT_EQ(output.error(), "did not finish within 1 s");
}

TEST(Command, LeavesNoProcessOfItsGroupBehind) {
  const auto path = std::filesystem::path(testing::TempDir()) / "command_test.pid";
  const auto output =
      run_command({"sh", "-c", "sleep 600 & echo $! > " + path.string() + "; wait"}, 100, 1s);
  ASSERT_FALSE(output.ok());
  pid_t child = 0;
  std::ifstream(path) >> child;
  ASSERT_GT(child, 1);
  // Killed, but perhaps not yet collected by init: a zombie runs no more.
  char state = 'Z';
  std::string ignored;
  std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
  stat >> ignored >> ignored >> state;
  EXPECT_TRUE(state == 'Z' || state == 'X') << state;
}

TEST(Command, StopsAtItsSizeLimit) {
  const auto output = run_command({"yes"}, 1'000, 10s);
  ASSERT_TRUE(output.ok()) << output.error();
  EXPECT_EQ(output->size(), 1'001u);
}

}  // namespace
}  // namespace llm
