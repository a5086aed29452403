#include <cmath>
#include <cstdlib>

#include "dialects/openai_responses.h"
#include "dialects_reading.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  llm::fuzz::read_anything(llm::kOpenaiResponses, "xai", bytes);
  const auto cost =
      llm::kOpenaiResponses.read_body(bytes, llm::fuzz::make_target("xai", llm::Kind::completion))
          .cost_usd;
  if (cost && !(std::isfinite(*cost) && *cost >= 0)) std::abort();
  return 0;
}
