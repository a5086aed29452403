#include <fmt/format.h>
#include <sys/stat.h>

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
  const auto watch = [&](const std::optional<SecretSource>& source) {
    if (source && source->from == SecretSource::From::file) {
      stamps_[source->name] = stamp(source->name);
    }
  };
  for (const auto& provider : config.providers) {
    watch(provider->api_key);
    for (const auto& header : provider->headers) watch(header.secret);
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
