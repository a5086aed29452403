#include "web/html.h"

#include <fmt/format.h>

#include "web/words.h"

namespace llm {

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string foreign_text(std::string_view text) { return "<bdi>" + escape_html(text) + "</bdi>"; }

std::string time_element(double unix_seconds, std::string_view text) {
  const auto moment = timestamp(unix_seconds);
  if (moment.empty()) return std::string(kDash);
  const auto utc = fmt::format("{} {} UTC", moment.substr(0, 10), moment.substr(11, 8));
  if (text.empty()) return fmt::format("<time datetime=\"{}\">{}</time>", moment, utc);
  return fmt::format("<time datetime=\"{}\" title=\"{}\">{}</time>", moment, utc, text);
}

std::string icon(std::string_view name) {
  return fmt::format("<svg class=\"i\" aria-hidden=\"true\"><use href=\"#i-{}\"/></svg>", name);
}

}  // namespace llm
