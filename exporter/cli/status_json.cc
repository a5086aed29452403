#include "cli/status_json.h"

#include <chrono>
#include <ctime>

#include "base/text.h"
#include "base/utf8.h"
#include "state/target_state.h"

namespace llm {
namespace {

constexpr std::size_t kMaxTextBytes = 400;  // a name, a message: more is nobody's

// U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069 (Unicode Standard Annex #9).
bool reorders(std::string_view c) {
  if (c == "\xD8\x9C" || c == "\xE2\x80\x8E" || c == "\xE2\x80\x8F") return true;
  return (c >= "\xE2\x80\xAA" && c <= "\xE2\x80\xAE") ||
         (c >= "\xE2\x81\xA6" && c <= "\xE2\x81\xA9");
}

}  // namespace

const nlohmann::json& member(const nlohmann::json& object, std::string_view name) {
  static const nlohmann::json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(name);
  return found == object.end() ? nothing : *found;
}

std::string text_of(const nlohmann::json& value) {
  if (!value.is_string()) return {};
  const auto clean = clean_text(value.get_ref<const std::string&>(), kMaxTextBytes);
  std::string text;
  for (std::string_view rest = clean; !rest.empty();) {
    const auto c = rest.substr(0, utf8_length(rest));
    if (!reorders(c)) text += c;
    rest.remove_prefix(c.size());
  }
  return text;
}

double number_of(const nlohmann::json& value) {
  return value.is_number() ? value.get<double>() : kUnknown;
}

double time_of(const nlohmann::json& value) {
  std::tm parts{};
  const auto text = text_of(value);
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return end != nullptr && *end == '\0' ? static_cast<double>(timegm(&parts)) : kUnknown;
}

}  // namespace llm
