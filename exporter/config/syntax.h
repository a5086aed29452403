// The shapes that names, URLs and headers must have, as predicates on text. Each comes with the
// words an error uses for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llm {

// Provider, failover group and model names become label values, parts of URLs of the API and
// arguments on a command line, so they have no white space and no quotes.
inline constexpr std::size_t kMaxNameBytes = 100;
inline constexpr std::size_t kMaxModelBytes = 256;
inline constexpr std::string_view kNameShape =
    "must be 1 to 100 of the characters A-Z a-z 0-9 . _ : @ -";
inline constexpr std::string_view kModelShape =
    "must be 1 to 256 of the characters A-Z a-z 0-9 . _ : @ / + ~ -";
bool is_name(std::string_view text);
bool is_model_name(std::string_view text);

bool is_label_name(std::string_view text);     // [a-zA-Z_][a-zA-Z0-9_]*
bool is_variable_name(std::string_view text);  // likewise
bool is_header_name(std::string_view text);    // RFC 9110 token
bool is_host_name(std::string_view text);      // or an address; IPv6 in brackets

// A control character other than the bytes in `allowed`.
bool has_control(std::string_view text, std::string_view allowed = "");

// A header that usually carries a credential: authorization, x-api-key, cookie, …
bool is_credential_header(std::string_view name);

// An absolute URL without white space, query or fragment. nullopt: not that.
struct Url {
  std::string scheme;  // in lower case
  std::string userinfo;
  std::string host;
  std::string port;  // may be empty
  std::string path;  // without slashes at its end
};
std::optional<Url> parse_url(std::string_view text);

}  // namespace llm
