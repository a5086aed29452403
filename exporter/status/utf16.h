// AWS serves JSON in UTF-16.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llm {

// `text` as UTF-8 if it begins with UTF-16's byte order mark; nullopt if it does not. What is not
// well-formed becomes U+FFFD.
std::optional<std::string> utf8_from_utf16(std::string_view text);

void append_utf8(std::string& out, char32_t character);  // not a character: U+FFFD

}  // namespace llm
