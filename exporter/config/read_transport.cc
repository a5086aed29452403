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
// Paths that the dialects append themselves.
constexpr std::array<std::string_view, 3> kEndpoints{"/chat/completions", "/messages", "/models"};

// Errors about URLs do not repeat them: they are where people put passwords.
std::string read_base_url(const Field& field) {
  auto text = read_text(field, kMaxUrl);
  if (!text) return "";
  const auto url = parse_url(*text);
  if (!url || (url->scheme != "http" && url->scheme != "https")) {
    field.error("must be a URL such as https://api.example.com/v1, without query or fragment");
    return "";
  }
  if (!url->userinfo.empty()) {
    field.error("must not contain a user or a password; use api_key or headers");
    return "";
  }
  for (const auto endpoint : kEndpoints) {
    if (url->path.ends_with(endpoint)) {
      field.error(fmt::format("must end before {}, which the exporter appends", endpoint));
    }
  }
  while (text->ends_with('/')) text->pop_back();
  return *text;
}

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

// 1.1 looks like a number and is none, so quotes are optional here.
HttpVersion read_http_version(const Field& field) {
  return read_choice(field, kHttpVersions) == 1 ? HttpVersion::http2 : HttpVersion::http1;
}

}  // namespace

void read_transport(Section& section, const std::filesystem::path& folder, Provider& provider) {
  provider.base_url = provider.type->base_url;
  if (const auto url = section.find("base_url")) {
    provider.base_url = read_base_url(*url);
  } else if (provider.base_url.empty() && section.valid()) {
    section.diagnostics().error(
        section.at(), fmt::format("base_url: missing, type {} has no default; write it up to and "
                                  "including the version, such as http://127.0.0.1:8000/v1",
                                  provider.type->name));
  }
  if (const auto proxy = section.find("proxy_url")) provider.proxy_url = read_proxy_url(*proxy);
  if (const auto tls = section.find("tls")) provider.tls = read_tls(*tls, folder);
  if (const auto version = section.find("http_version")) {
    provider.http_version = read_http_version(*version);
  }
}

}  // namespace llm
