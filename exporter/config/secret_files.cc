#include <fmt/format.h>
#include <sys/stat.h>

#include "config/secret_sources.h"
#include "config/secrets.h"

namespace llm {
namespace {

// Follows links: Kubernetes swaps a link to a folder, and the file behind it is another one then.
std::string stamp(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "missing";
  return fmt::format("{}:{}:{}:{}.{}", status.st_dev, status.st_ino, status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

}  // namespace

SecretFiles::SecretFiles(const Config& config) {
  for (const auto& provider : config.providers) {
    for (const auto* source : secret_sources(*provider)) {
      if (source->from == SecretSource::From::file) stamps_[source->name] = stamp(source->name);
    }
  }
}

bool SecretFiles::changed() {
  bool any = false;
  for (auto& [path, last] : stamps_) {
    auto now = stamp(path);
    any |= now != last;
    last = std::move(now);
  }
  return any;
}

}  // namespace llm
