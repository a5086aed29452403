// The budget's memory on a real disk.
#include "money/budget_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace llm {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

const BudgetLedger kLedger = {std::chrono::year(2026) / 11 / 21,
                              {0.1 + 0.2, 123'456'789'012, true},
                              {{"openai", {0.25, 1'000, false}}, {"a \"b\" \n é", {0, 7, true}}}};

class BudgetFile : public testing::Test {
 protected:
  BudgetFile() {
    std::string name = (fs::path(testing::TempDir()) / "budget.XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ / "state.json";
  }
  ~BudgetFile() override { fs::remove_all(folder_); }

  void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }
  std::string text() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_, path_;
};

TEST_F(BudgetFile, IsReadAsItWasWritten) {
  ASSERT_EQ(save_budget_file(path_, kLedger), "");
  const auto read = load_budget_file(path_);
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_EQ(*read, kLedger);
  ASSERT_EQ(save_budget_file(path_, {}), "");
  EXPECT_EQ(*load_budget_file(path_), BudgetLedger{});
}

TEST_F(BudgetFile, ConcernsItsOwnerAloneAndLeavesNoLitter) {
  ::umask(0);
  ASSERT_EQ(save_budget_file(path_, kLedger), "");
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(BudgetFile, NoFileIsAnEmptyLedger) {
  const auto read = load_budget_file(path_);
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_EQ(*read, BudgetLedger{});
}

TEST_F(BudgetFile, WhatIsNotALedgerIsAnErrorWithARemedy) {
  const auto whole = write_ledger(kLedger);
  const auto changed = [&](std::string_view from, std::string_view to) {
    auto text = whole;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  std::string crowd =
      R"({"version":1,"day":"2026-11-21","total":{"usd":0,"tokens":0},"providers":{)";
  for (std::size_t i = 0; i <= kMaxBudgetProviders; ++i)
    crowd += "\"" + std::to_string(i) + "\":{\"usd\":0,\"tokens\":0},";
  crowd.back() = '}';
  crowd += "}";
  const std::string cases[] = {
      "",
      "nonsense",
      "[]",
      "{}",
      whole.substr(0, whole.size() / 2),
      std::string(100, '\0'),
      std::string(kMaxBudgetFileBytes + 1, ' '),
      std::string(1'000, '[') + std::string(1'000, ']'),
      changed("2026-11-21", "2026-11-31"),
      changed("2026-11-21", "yesterday"),
      changed("\"version\": 1", "\"version\": 2"),
      changed("\"usd\": 0.25", "\"usd\": -0.25"),
      changed("\"usd\": 0.25", "\"usd\": 1e300"),
      changed("\"usd\": 0.25", "\"usd\": null"),
      changed("\"tokens\": 1000", "\"tokens\": -1000"),
      changed("\"tokens\": 1000", "\"tokens\": 1e99"),
      changed("\"tokens\": 1000", "\"tokens\": 18446744073709551615"),
      changed("\"usd_unknown\": true", "\"usd_unknown\": \"yes\""),
      changed("\"providers\"", "\"provider\""),
      crowd,
  };
  for (const auto& text : cases) {
    write(text);
    const auto read = load_budget_file(path_);
    ASSERT_FALSE(read.ok()) << text.substr(0, 300);
    EXPECT_THAT(read.error(), HasSubstr(path_.string()));
    EXPECT_THAT(read.error(), HasSubstr("delete it, then the day starts at nothing spent"));
  }
}

TEST_F(BudgetFile, ThatCannotBeReadSaysWhy) {
  fs::create_directory(path_);
  const auto read = load_budget_file(path_);
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error(), HasSubstr("is a directory, not a file; make it readable or"));
  EXPECT_THAT(save_budget_file(path_, kLedger), HasSubstr("cannot write the budget's state to"));
}

TEST_F(BudgetFile, AFailedWriteLeavesTheOldOne) {
  ASSERT_EQ(save_budget_file(path_, kLedger), "");
  BudgetLedger crowd = kLedger;
  for (std::size_t i = 0; i <= kMaxBudgetProviders; ++i) crowd.providers[std::to_string(i)] = {};
  EXPECT_THAT(save_budget_file(path_, crowd), HasSubstr("too many providers"));
  // A folder where the neighbour goes, so that root is stopped as well.
  fs::create_directories(path_.string() + ".tmp/x");
  EXPECT_THAT(save_budget_file(path_, {}), HasSubstr("make its folder writable"));
  EXPECT_EQ(*load_budget_file(path_), kLedger);
  EXPECT_THAT(save_budget_file(folder_ / "none" / "state.json", kLedger),
              HasSubstr("No such file or directory"));
}

TEST_F(BudgetFile, AFolderThatIsNotOursIsAnError) {
  ASSERT_EQ(::chmod(folder_.c_str(), 0500), 0);
  const auto error = save_budget_file(path_, kLedger);
  ASSERT_EQ(::chmod(folder_.c_str(), 0700), 0);
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  EXPECT_THAT(error, HasSubstr("Permission denied"));
}

TEST_F(BudgetFile, WritesThroughNoLink) {
  const auto other = folder_ / "other";
  std::ofstream(other) << "precious";
  fs::create_symlink(other, path_);
  fs::create_symlink(other, path_.string() + ".tmp");
  ASSERT_EQ(save_budget_file(path_, kLedger), "");
  EXPECT_FALSE(fs::is_symlink(path_));
  EXPECT_EQ(*load_budget_file(path_), kLedger);
  std::string kept;
  std::ifstream(other) >> kept;
  EXPECT_EQ(kept, "precious");
}

}  // namespace
}  // namespace llm
