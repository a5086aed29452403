// Any bytes as a status page of any system: never a crash, and what is learned is bounded. The
// first byte chooses the system.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "status/status_page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto system = static_cast<llm::StatusSystem>(data[0] % 7);
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const llm::WallTime now{std::chrono::seconds{1'795'262'400}};
  const std::vector<std::string> nothing, watched = {"*API*", "a", "bedrock-us-east-1", "[API*"};
  for (const auto& watch : {nothing, watched}) {
    const auto report = llm::read_status_page(system, body, watch, now);
    if (!report) {
      if (report.error().empty() || report.error().size() > 200) std::abort();
      continue;
    }
    if (report->components.size() > llm::kMaxComponents) std::abort();
    if (report->incident.size() > 200 || report->indicator.size() > 120) std::abort();
    for (const auto& component : report->components) {
      if (component.name.size() > 120) std::abort();
    }
  }
  return 0;
}
