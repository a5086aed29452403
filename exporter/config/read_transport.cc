#include "config/read_transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/read_tls.h"
#include "config/syntax.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr std::size_t kMaxUrl = 2'048;

constexpr std::array<std::string_view, 2> kHttpVersions{"1.1", "2"};
// What libcurl calls a proxy.
constexpr std::array<std::string_view, 6> kProxySchemes{"http",    "https",  "socks4",
                                                        "socks4a", "socks5", "socks5h"};

// 1.1 looks like a number and is none, so quotes are optional here.
HttpVersion read_http_version(const Field& field) {
  return read_choice(field, kHttpVersions) == 1 ? HttpVersion::http2 : HttpVersion::http1;
}

}  // namespace

// Errors about URLs do not repeat them: they are where people put passwords.
std::string read_proxy_url(const Field& field) {
  auto text = read_text(field, kMaxUrl);
  if (!text || *text == "env") return text.value_or("");
  const auto url = parse_url(*text);
  const bool known = url && std::find(kProxySchemes.begin(), kProxySchemes.end(), url->scheme) !=
                                kProxySchemes.end();
  if (!known || !url->path.empty()) {
    field.error(fmt::format("must be \"env\" or a URL such as http://proxy:3128; schemes: {}",
                            fmt::join(kProxySchemes, ", ")));
    return "";
  }
  if (!url->userinfo.empty()) {
    field.error(
        "must not contain a user or a password; write proxy_url: env and put the URL into the "
        "environment variables https_proxy and http_proxy");
    return "";
  }
  return *text;
}

void read_transport(Section& section, const std::filesystem::path& folder, Provider& provider) {
  if (const auto proxy = section.find("proxy_url")) provider.proxy_url = read_proxy_url(*proxy);
  if (const auto tls = section.find("tls")) provider.tls = read_tls(*tls, folder);
  if (const auto version = section.find("http_version")) {
    provider.http_version = read_http_version(*version);
  }
}

}  // namespace llm
