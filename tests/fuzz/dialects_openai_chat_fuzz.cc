#include "dialects/openai_chat.h"
#include "dialects_reading.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  // xAI's usage is the one that is added up.
  llm::fuzz::read_anything(llm::kOpenaiChat, "xai", {reinterpret_cast<const char*>(data), size});
  return 0;
}
