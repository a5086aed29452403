#include "status/utf16.h"

#include "base/utf8.h"

namespace llm {

namespace {

bool high_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

}  // namespace

void append_utf8(std::string& out, char32_t c) {
  const auto byte = [&](char32_t value) { out += static_cast<char>(value); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | c >> 6);
    byte(0x80 | (c & 0x3F));
  } else if (high_surrogate(c) || low_surrogate(c) || c > 0x10FFFF) {
    out += kReplacement;
  } else if (c < 0x10000) {
    byte(0xE0 | c >> 12);
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | c >> 18);
    byte(0x80 | (c >> 12 & 0x3F));
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

std::optional<std::string> utf8_from_utf16(std::string_view text) {
  const bool big = text.starts_with("\xFE\xFF");
  if (!big && !text.starts_with("\xFF\xFE")) return std::nullopt;
  text.remove_prefix(2);
  const auto unit_at = [&](std::size_t i) -> char32_t {
    const auto first = static_cast<unsigned char>(text[i]);
    const auto second = static_cast<unsigned char>(text[i + 1]);
    return big ? first << 8 | second : second << 8 | first;
  };
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    char32_t c = unit_at(i);
    if (high_surrogate(c) && i + 3 < text.size() && low_surrogate(unit_at(i + 2))) {
      c = 0x10000 + ((c - 0xD800) << 10) + (unit_at(i + 2) - 0xDC00);
      i += 2;
    }
    append_utf8(out, c);
  }
  if (text.size() % 2 != 0) out += kReplacement;
  return out;
}

}  // namespace llm
