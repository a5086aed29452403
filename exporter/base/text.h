// The few things we do to text, all pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace llm {

std::string_view trim(std::string_view text);                        // ASCII white space
bool iequals(std::string_view a, std::string_view b);                // ASCII case
std::string to_lower(std::string_view text);                         // ASCII case
bool icontains(std::string_view haystack, std::string_view needle);  // ASCII case

// Text from outside made fit for a log line, a page or a label: at most `max_bytes` bytes (cut at a
// character, with "…" at the end), valid UTF-8 (bad bytes become U+FFFD), control characters as
// spaces.
std::string clean_text(std::string_view text, std::size_t max_bytes);

std::string base64(std::string_view bytes);          // RFC 4648 §4, padded
std::string percent_decoded(std::string_view text);  // RFC 3986 §2.1; what is no escape stays

// Hides what looks like a credential: every occurrence of a given secret, any stretch of it of 6 or
// more characters at its head or tail (providers echo "sk-…cdef"), and anything that has the shape
// of a known provider's key ("sk-", "gsk_", "hf_", "xai-", "pplx-", "Bearer …"), ours or not. A
// secret of less than 8 characters ("none", "EMPTY") is hidden only where it stands alone.
std::string redact(std::string_view text, std::span<const Secret> secrets);

// The candidate nearest to `word`, if it is near enough to be what the user meant.
std::optional<std::string_view> did_you_mean(std::string_view word,
                                             std::span<const std::string_view> candidates);

}  // namespace llm
