// The time limit of commands, with a limit that a test can wait for.
#include "config/command.h"

#include <fcntl.h>
#include <fmt/format.h>
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

// A pipe stands for the signalfd. Each case ends long before the program would.
TEST(Command, EndsWhenASignalArrives) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  // The program itself tells when it runs: only then is there a byte.
  const auto tell = fmt::format("echo x > /proc/{}/fd/{}; sleep 600", ::getpid(), ends[1]);
  const auto running = run_command({"sh", "-c", tell}, 100, 300s, ends[0]);
  ASSERT_FALSE(running.ok());
  EXPECT_EQ(running.error(), "was interrupted by a signal");

  // The byte is still there: nobody tries to start the next one, which could not be.
  const auto later = run_command({"/nowhere/program"}, 100, 300s, ends[0]);
  ASSERT_FALSE(later.ok());
  EXPECT_EQ(later.error(), "was interrupted by a signal");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Command, IsNotInterruptedBySilence) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto output = run_command({"echo", "key"}, 100, 300s, ends[0]);
  ASSERT_TRUE(output.ok()) << output.error();
  EXPECT_EQ(*output, "key\n");
  ::close(ends[0]);
  ::close(ends[1]);
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
