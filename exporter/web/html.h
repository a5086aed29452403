// Pieces of HTML. What comes from outside enters a page through escape_html and nothing else.
#pragma once

#include <string>
#include <string_view>

namespace llm {

// Text for an element or a quoted attribute.
std::string escape_html(std::string_view text);

// Escaped text of a provider: its right-to-left marks end where its text ends.
std::string foreign_text(std::string_view text);

// What is not known is a dash, never 0.
inline constexpr std::string_view kDash = "<span class=\"soft\">–</span>";

// <time> of that moment, reading `text` ("12 min"), with the moment in UTC as its title; the moment
// itself if `text` is empty, a dash if it is unknown. `text` is trusted.
std::string time_element(double unix_seconds, std::string_view text = {});

// An icon of the page (web/page_icons.h) for the eye only: the word is always beside it.
std::string icon(std::string_view name);

}  // namespace llm
