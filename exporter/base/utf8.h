// Just enough of UTF-8 to let no invalid byte out.
#pragma once

#include <cstddef>
#include <string_view>

namespace llm {

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Bytes of the character at the start of `text`: 1 to 4, or 0 if what is there is not well-formed
// (The Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text);

// Whether the well-formed character `c` is a control character: C0, DEL or C1.
bool is_control(std::string_view c);

}  // namespace llm
