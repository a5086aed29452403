#include <utility>

#include "config/file_contents.h"
#include "config/secret_sources.h"
#include "config/secrets.h"

namespace llm {

SecretFiles::SecretFiles(const Config& config) {
  for (const auto& provider : config.providers) {
    for (const auto* source : secret_sources(*provider)) {
      if (source->from == SecretSource::From::file)
        stamps_[source->name] = file_stamp(source->name);
    }
  }
}

bool SecretFiles::changed() {
  bool any = false;
  for (auto& [path, last] : stamps_) {
    auto now = file_stamp(path);
    any |= now != last;
    last = std::move(now);
  }
  return any;
}

}  // namespace llm
