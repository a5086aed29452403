#include "cli/version.h"

namespace llm {

std::string_view version() { return LLM_VERSION; }
std::string_view revision() { return LLM_REVISION; }

}  // namespace llm
