#include "config/syntax.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "base/utf8.h"

namespace llm {
namespace {

constexpr std::size_t kMaxUrlBytes = 2'048;
constexpr std::size_t kMaxHostBytes = 255;  // RFC 1035 §2.3.4
constexpr std::size_t kMaxHeaderName = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }

// Only letters, digits and `others`.
bool made_of(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_alnum(c) || others.find(c) != others.npos; });
}

bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes && !is_digit(text[0]) && made_of(text, "_");
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65'535;
}

// Takes what stands before the first `mark` off `text`; nullopt if there is no `mark`.
std::optional<std::string> take_until(std::string_view& text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == text.npos) return std::nullopt;
  std::string head(text.substr(0, at));
  text.remove_prefix(at + mark.size());
  return head;
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes && made_of(text, "._:@-");
}

bool is_model_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxModelBytes && made_of(text, "._:@/+~-");
}

bool is_label_name(std::string_view text) { return is_identifier(text); }
bool is_variable_name(std::string_view text) { return is_identifier(text); }

bool is_header_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxHeaderName && made_of(text, "!#$%&'*+-.^_`|~");
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxHostBytes) return false;
  if (text.starts_with('[')) {
    return text.size() > 2 && text.ends_with(']') &&
           text.find_first_not_of("0123456789abcdefABCDEF:.", 1) == text.size() - 1;
  }
  return made_of(text, "._-") && !text.starts_with('.') && !text.starts_with('-');
}

bool has_control(std::string_view text, std::string_view allowed) {
  while (!text.empty()) {
    const auto character = text.substr(0, std::max<std::size_t>(1, utf8_length(text)));
    if (is_control(character) && allowed.find(character) == allowed.npos) return true;
    text.remove_prefix(character.size());
  }
  return false;
}

bool is_credential_header(std::string_view name) {
  constexpr std::array<std::string_view, 9> endings{"authorization", "api-key",  "apikey",
                                                    "api_key",       "cookie",   "-token",
                                                    "-secret",       "password", "virtual-key"};
  const auto lower = to_lower(name);
  return std::any_of(endings.begin(), endings.end(),
                     [&](auto ending) { return lower.ends_with(ending); });
}

std::optional<Url> parse_url(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return std::nullopt;
  const bool printable =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (!printable || text.find_first_of("?#\"\\<>^`{|}") != text.npos) return std::nullopt;

  Url url;
  auto scheme = take_until(text, "://");
  if (!scheme || !made_of(*scheme, "")) return std::nullopt;
  url.scheme = to_lower(*scheme);

  const auto slash = std::min(text.find('/'), text.size());
  auto authority = text.substr(0, slash);
  url.path = text.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();

  if (const auto at = authority.rfind('@'); at != authority.npos) {
    url.userinfo = authority.substr(0, at + 1);
    authority.remove_prefix(at + 1);
  }
  const auto after_address = authority.starts_with('[') ? authority.find(']') : 0;
  if (after_address == authority.npos) return std::nullopt;
  if (const auto colon = authority.find(':', after_address); colon != authority.npos) {
    url.port = authority.substr(colon + 1);
    authority.remove_suffix(authority.size() - colon);
    if (!is_port(url.port)) return std::nullopt;
  }
  url.host = authority;
  return is_host_name(url.host) ? std::optional(std::move(url)) : std::nullopt;
}

}  // namespace llm
