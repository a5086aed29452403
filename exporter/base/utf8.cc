#include "base/utf8.h"

namespace llm {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
}

bool between(unsigned byte, unsigned low, unsigned high) { return byte >= low && byte <= high; }

// The second byte's range is what rules out overlong forms, surrogates and values out of range.
bool second_byte_fits(unsigned first, unsigned second) {
  switch (first) {
    case 0xE0:
      return between(second, 0xA0, 0xBF);
    case 0xED:
      return between(second, 0x80, 0x9F);
    case 0xF0:
      return between(second, 0x90, 0xBF);
    case 0xF4:
      return between(second, 0x80, 0x8F);
    default:
      return between(second, 0x80, 0xBF);
  }
}

std::size_t length_by_first_byte(unsigned first) {
  if (first < 0x80) return 1;
  if (between(first, 0xC2, 0xDF)) return 2;
  if (between(first, 0xE0, 0xEF)) return 3;
  if (between(first, 0xF0, 0xF4)) return 4;
  return 0;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = byte_at(text, 0);
  const auto length = length_by_first_byte(first);
  if (length < 2) return length;
  if (!second_byte_fits(first, byte_at(text, 1))) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!between(byte_at(text, i), 0x80, 0xBF)) return 0;
  }
  return length;
}

bool is_control(std::string_view c) {
  const auto first = byte_at(c, 0);
  if (c.size() == 1) return first < 0x20 || first == 0x7F;
  return c.size() == 2 && first == 0xC2 && byte_at(c, 1) < 0xA0;
}

}  // namespace llm
