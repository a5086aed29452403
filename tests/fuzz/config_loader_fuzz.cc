// Any bytes as a configuration: never a crash, always an answer, and what is accepted can be shown
// and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  const auto config = llm::parse_config(yaml, "fuzz.yml");
  if (!config) {
    if (config.error().empty()) std::abort();
    for (const auto& error : config.error()) {
      if (llm::to_string(error).empty()) std::abort();
    }
    return 0;
  }
  if (config->targets.empty() || llm::dump_config(*config).empty()) std::abort();
  return 0;
}
