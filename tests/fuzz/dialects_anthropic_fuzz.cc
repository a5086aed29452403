#include "dialects/anthropic_messages.h"
#include "dialects_reading.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  llm::fuzz::read_anything(llm::kAnthropicMessages, "anthropic",
                           {reinterpret_cast<const char*>(data), size});
  return 0;
}
