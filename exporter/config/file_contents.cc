#include "config/file_contents.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace llm {
namespace {

struct File {
  int fd;
  ~File() {
    if (fd >= 0) ::close(fd);
  }
};

Err<std::string> system_error() { return {std::strerror(errno)}; }

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat status {};
  if (file.fd < 0 || ::fstat(file.fd, &status) != 0) return system_error();
  if (S_ISDIR(status.st_mode)) return Err{"is a directory, not a file"};
  if (!S_ISREG(status.st_mode)) return Err{"is not a regular file"};

  std::string text;
  char buffer[16 << 10];
  while (text.size() <= max_bytes) {
    const auto wanted = std::min(sizeof buffer, max_bytes + 1 - text.size());
    const auto got = ::read(file.fd, buffer, wanted);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error();
    if (got == 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

std::string file_stamp(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "missing";
  return fmt::format("{}:{}:{}:{}.{}", status.st_dev, status.st_ino, status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

}  // namespace llm
