// The first line is the event's name (any byte before it as in dialects_reading.h); the rest its
// payload. Bodies are read as well.
#include "dialects/bedrock_converse.h"
#include "dialects_reading.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  llm::fuzz::read_anything(llm::kBedrockConverse, "bedrock", bytes);
  const auto name = bytes.substr(0, bytes.find('\n'));
  if (name.size() == bytes.size()) return 0;
  llm::fuzz::check(llm::kBedrockConverse.read_event(
      {name, bytes.substr(name.size() + 1)}, llm::fuzz::make_target("bedrock", llm::Kind::stream)));
  return 0;
}
