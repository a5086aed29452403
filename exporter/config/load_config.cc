#include <fmt/format.h>

#include "config/config.h"
#include "config/file_contents.h"

namespace llm {

Result<Config, ConfigErrors> load_config_file(const std::string& path) {
  const auto text = read_file(path, kMaxConfigBytes);
  if (!text) {
    return Err{
        ConfigErrors{{path, 0, 0, fmt::format("cannot read the configuration: {}", text.error())}}};
  }
  return parse_config(*text, path);
}

}  // namespace llm
