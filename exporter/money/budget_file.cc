#include "money/budget_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "config/file_contents.h"

namespace llm {
namespace {

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return fd_ >= 0; }
  bool write(std::string_view text) const {
    while (!text.empty()) {
      const auto n = ::write(fd_, text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  bool sync() const { return ::fsync(fd_) == 0; }
  bool close() {  // some file systems tell only now that the disk is full
    const int fd = std::exchange(fd_, -1);
    return fd < 0 || ::close(fd) == 0;
  }

 private:
  int fd_;
};

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// O_EXCL after unlink: what somebody else laid there, a link say, is not written through.
bool write_new(const std::string& path, std::string_view text) {
  ::unlink(path.c_str());
  File file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  return file.is_open() && file.write(text) && file.sync() && file.close();
}

// False: errno says why.
bool replace_file(const std::string& path, std::string_view text) {
  const auto neighbour = path + ".tmp";
  if (!write_new(neighbour, text) || std::rename(neighbour.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(neighbour.c_str());
    errno = reason;
    return false;
  }
  // The new name is on disk once its folder is; not every file system can say so.
  const File folder(folder_of(path), O_RDONLY | O_DIRECTORY);
  if (folder.is_open()) static_cast<void>(folder.sync());
  return true;
}

}  // namespace

Result<BudgetLedger> load_budget_file(const std::string& path) {
  if (struct stat status{}; ::stat(path.c_str(), &status) != 0 && errno == ENOENT)
    return BudgetLedger{};
  const auto text = read_file(path, kMaxBudgetFileBytes);
  if (!text)
    return Err<std::string>{"cannot read the budget's state in " + path + ": " + text.error() +
                            "; make it readable or correct budget.state_file"};
  auto ledger = read_ledger(*text);
  if (!ledger)
    return Err<std::string>{"the budget's state in " + path + " " + ledger.error() +
                            "; delete it, then the day starts at nothing spent"};
  return ledger;
}

std::string save_budget_file(const std::string& path, const BudgetLedger& ledger) {
  const auto text = write_ledger(ledger);
  const auto cannot = "cannot write the budget's state to " + path + ": ";
  if (ledger.providers.size() > kMaxBudgetProviders || text.size() > kMaxBudgetFileBytes)
    return cannot + "it has too many providers";
  if (replace_file(path, text)) return {};
  return cannot + std::strerror(errno) + "; make its folder writable or correct budget.state_file";
}

}  // namespace llm
