// The first byte chooses the dialect; dialects_reading.h says what the second one does.
#include <string_view>

#include "dialects/cohere_v2.h"
#include "dialects/gemini.h"
#include "dialects/model_list.h"
#include "dialects/ollama.h"
#include "dialects_reading.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  const auto choice = bytes.front() % 4;
  bytes.remove_prefix(1);
  if (choice == 0) llm::fuzz::read_anything(llm::kGemini, "gemini", bytes);
  if (choice == 1) llm::fuzz::read_anything(llm::kCohereV2, "cohere", bytes);
  if (choice == 2) llm::fuzz::read_anything(llm::kOllama, "ollama", bytes);
  if (choice == 3) {
    for (const auto kind : {llm::Kind::key, llm::Kind::served}) llm::read_catalog(bytes, kind);
  }
  return 0;
}
