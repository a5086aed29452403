// The time limit of commands, with a limit that a test can wait for.
#include "config/command.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace llm {
namespace {

using namespace std::chrono_literals;

TEST(Command, EndsAtItsTimeLimit) {
  const auto output = run_command({"sleep", "600"}, 100, 1s);
  ASSERT_FALSE(output.ok());
  EXPECT_EQ(output.error(), "did not finish within 1 s");
}

// The program and its child hold a pipe open for as long as they live.
TEST(Command, LeavesNoProcessOfItsGroupBehind) {
  const auto path = (std::filesystem::path(testing::TempDir()) / "command_test.pipe").string();
  ::unlink(path.c_str());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int alive = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(alive, 0);
  const auto output = run_command({"sh", "-c", "exec 3>" + path + "; sleep 600 & wait"}, 100, 1s);
  ASSERT_FALSE(output.ok());
  pollfd end{alive, POLLIN, 0};
  ASSERT_EQ(::poll(&end, 1, 60'000), 1) << "somebody still holds the pipe";
  EXPECT_TRUE((end.revents & POLLHUP) != 0);
  ::close(alive);
  ::unlink(path.c_str());
}

TEST(Command, StopsAtItsSizeLimit) {
  const auto output = run_command({"yes"}, 1'000, 10s);
  ASSERT_TRUE(output.ok()) << output.error();
  EXPECT_EQ(output->size(), 1'001u);
}

}  // namespace
}  // namespace llm
