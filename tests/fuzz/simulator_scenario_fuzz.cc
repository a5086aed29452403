// Scripts from anywhere: a script or errors, each with a message, and never more.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "simulator/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  const auto scenario = llm::sim::parse_scenario(yaml);
  if (scenario && (*scenario)->providers.empty()) std::abort();
  if (!scenario && scenario.error().empty()) std::abort();
  if (!scenario && scenario.error()[0].message.empty()) std::abort();
  (void)llm::sim::parse_faults(yaml);
  return 0;
}
