#include "config/yaml_guard.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/utf8.h"

namespace llm {
namespace {

// Far above kMaxYamlDepth: this count knows neither quotes nor comments, and a prompt may be full
// of brackets. The parser's own depth is limited exactly, in yaml_tree.cc.
constexpr int kMaxOpenBrackets = 1'000;

struct Cursor {
  Position at{1, 1};
  int open = 0;

  void pass(std::string_view character) {
    const char c = character[0];
    if (c == '\n') {
      at = {at.line + 1, 1};
      return;
    }
    at.column += static_cast<int>(character.size());
    if (c == '[' || c == '{') ++open;
    if ((c == ']' || c == '}') && open > 0) --open;
  }
};

}  // namespace

bool fit_for_yaml(std::string_view text, Diagnostics& diagnostics) {
  if (text.size() > kMaxConfigBytes) {
    diagnostics.error({}, fmt::format("the file is larger than {} MiB, the most that is read",
                                      kMaxConfigBytes >> 20));
    return false;
  }
  if (trim(text).empty()) {
    diagnostics.error({}, "the file is empty; see config/llm_exporter.example.yml for a start");
    return false;
  }
  Cursor cursor;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0) {
      diagnostics.error(cursor.at, "not valid UTF-8; save the file as UTF-8");
      return false;
    }
    const auto character = text.substr(0, length);
    if (is_control(character) && character != "\n" && character != "\r" && character != "\t") {
      diagnostics.error(cursor.at,
                        fmt::format("control character (byte 0x{:02x}); is this a text file?",
                                    static_cast<unsigned char>(character.back())));
      return false;
    }
    cursor.pass(character);
    if (cursor.open > kMaxOpenBrackets) {
      diagnostics.error(cursor.at,
                        fmt::format("more than {} brackets are open here", kMaxOpenBrackets));
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace llm
